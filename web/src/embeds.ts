/** Embeds of other programs, which Quill cannot show: each has a place, and stays what it is. */
import type { Delta, Document } from "coscribe";
import Embed from "quill/blots/embed";
import Quill from "quill/core";

/** Makes ready for every embed that the document has or gets; call it before the editor is bound. */
export function knowEmbeds(doc: Document): void {
  know(doc.content);
  doc.on("change", ({ delta }) => know(delta));
}

function know(delta: Delta): void {
  for (const { insert } of delta) {
    const name = typeof insert === "object" ? Object.keys(insert)[0] : undefined;
    if (name === undefined || `formats/${name}` in Quill.imports) continue;
    Quill.register(`formats/${name}`, placeholder(name));
  }
}

function placeholder(name: string): typeof Embed {
  return class extends Embed {
    static override blotName = name;
    static override className = `other-${[...name].map((c) => c.codePointAt(0)).join("-")}`;
    static override tagName = "SPAN";

    static override create(value: unknown): HTMLElement {
      // biome-ignore lint/complexity/noThisInStatic: it makes what the class it is called on says
      const node = super.create(value) as HTMLElement;
      node.dataset.value = JSON.stringify(value);
      node.classList.add("other-embed");
      node.textContent = name;
      return node;
    }

    static override value(node: HTMLElement): unknown {
      return JSON.parse(node.dataset.value ?? "null");
    }
  };
}

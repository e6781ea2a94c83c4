import Quill, { Delta } from "quill/core";
import "./formats.ts";

/** What a paste does not bring: the looks of another page. */
const foreign = ["align", "background", "color", "font", "size"] as const;

/**
 * An editor for rich text, without a theme of its own. The Tab key leaves it,
 * as it leaves every field; Ctrl and ] or [ indent.
 */
export function createEditor(container: HTMLElement, label: string): Quill {
  const quill = new Quill(container, {
    modules: { uploader: { handler: () => undefined } },
    placeholder: "Write something…",
  });
  quill.root.id = "editor";
  quill.root.role = "textbox";
  quill.root.ariaMultiLine = "true";
  quill.root.ariaLabel = label;
  delete quill.keyboard.bindings.Tab;
  bindIndent(quill, "]", "+1");
  bindIndent(quill, "[", "-1");
  cleanPaste(quill);
  followLinks(quill.root);
  return quill;
}

function bindIndent(quill: Quill, key: string, step: string): void {
  quill.keyboard.addBinding({ key, shortKey: true }, () => {
    quill.format("indent", step, "user");
    return false;
  });
}

/** Keeps what text means and leaves how it looked elsewhere; images of other sites stay there. */
function cleanPaste(quill: Quill): void {
  const nothing = Object.fromEntries(foreign.map((format) => [format, null]));
  quill.clipboard.addMatcher(Node.ELEMENT_NODE, (_, delta) =>
    delta.compose(new Delta().retain(delta.length(), nothing)),
  );
  quill.clipboard.addMatcher("img", () => new Delta());
}

/** In a text that can be edited a click sets the caret; with Ctrl or Cmd it follows the link. */
function followLinks(root: HTMLElement): void {
  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !root.isContentEditable || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open(link.href, "_blank", "noopener,noreferrer");
  });
}

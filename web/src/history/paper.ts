/** The sheet on which the past is shown: an editor that only shows, with marks of its own. */
import Inline from "quill/blots/inline";
import Quill, { Delta, Parchment } from "quill/core";
import "../formats.ts";
import { know } from "../embeds.ts";
import { type Line, markName } from "./lines.ts";

/** How an author's text is coloured: a CSS colour for a user id. */
type ColorOf = (user: string) => string;

const tags: Readonly<Record<string, string>> = { inserted: "INS", deleted: "DEL" };

function markBlot(colorOf: ColorOf): typeof Inline {
  return class extends Inline {
    static override blotName = markName;
    static override tagName = ["INS", "DEL", "SPAN"];
    static override className = "mark";

    static override create(mark: string): HTMLElement {
      const [kind = "", ...by] = mark.split(" ");
      const node = document.createElement(tags[kind] ?? "SPAN");
      node.className = `mark ${kind}`;
      if (by.length > 0) {
        node.dataset.author = by.join(" ");
        node.style.setProperty("--author", colorOf(node.dataset.author));
      }
      return node;
    }

    static override formats({ classList, dataset }: HTMLElement): string {
      const [, kind = ""] = classList;
      return dataset.author === undefined ? kind : `${kind} ${dataset.author}`;
    }
  };
}

/** What the live editor knows, and the marks: what is pasted there must not bring any. */
function registryWith(colorOf: ColorOf): Parchment.Registry {
  const registry = new Parchment.Registry();
  for (const [path, found] of Object.entries(Quill.imports)) {
    const blot = found as Parchment.RegistryDefinition;
    const isAbstract = "blotName" in blot && blot.blotName === "abstract";
    if (/^(blots|formats)\//.test(path) && !isAbstract) registry.register(blot);
  }
  registry.register(markBlot(colorOf));
  return registry;
}

/** Shows lines, and replaces only those that are not there already. */
export class Paper {
  readonly #quill: Quill;
  readonly #registry: Parchment.Registry;
  #lines: readonly Line[] = [];

  constructor(container: HTMLElement, colorOf: ColorOf) {
    this.#registry = registryWith(colorOf);
    this.#quill = new Quill(container, {
      readOnly: true,
      registry: this.#registry,
      modules: { history: { maxStack: 0, userOnly: true } },
    });
    this.root.tabIndex = 0;
    this.root.role = "document";
  }

  get root(): HTMLElement {
    return this.#quill.root;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  show(lines: readonly Line[]): void {
    this.#know(lines);
    const [start, end] = common(this.#lines, lines);
    const before = this.#lines.slice(start, this.#lines.length - end);
    const delta = new Delta().retain(sum(lines.slice(0, start)));
    for (const { ops } of lines.slice(start, lines.length - end)) {
      for (const op of ops) delta.push({ ...op });
    }
    // An editor that has shown nothing yet has an empty line.
    delta.delete(this.#lines.length > 0 ? sum(before) : 1);
    this.#quill.updateContents(delta, "silent");
    this.#lines = lines;
  }

  /** What is marked as changed, from the top. */
  get changes(): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>(".mark:not(.kept)");
  }

  /** The place in the shown text at a point of the window, in UTF-16 code units. */
  placeAt(x: number, y: number): number | undefined {
    const caret = caretAt(x, y);
    if (!caret || !this.root.contains(caret.node)) return undefined;
    const blot = Quill.find(caret.node, true);
    if (!blot || blot instanceof Quill) return undefined;
    return blot.offset(this.#quill.scroll) + caret.offset;
  }

  #know(lines: readonly Line[]): void {
    for (const name of know(lines.flatMap(({ pieces }) => pieces))) {
      this.#registry.register(Quill.import(`formats/${name}`) as Parchment.BlotConstructor);
    }
  }
}

/** How many lines are the same at the beginning, and how many at the end of the rest. */
function common(a: readonly Line[], b: readonly Line[]): [start: number, end: number] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start]?.key === b[start]?.key) start++;
  let end = 0;
  while (end < most - start && a.at(-1 - end)?.key === b.at(-1 - end)?.key) end++;
  return [start, end];
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((units, { length }) => units + length, 0);
}

/** The character under a point: the caret's place is beside it, on either side. */
function caretAt(x: number, y: number): { node: Node; offset: number } | undefined {
  const range = document.caretRangeFromPoint?.(x, y);
  const place = range
    ? { node: range.startContainer, offset: range.startOffset }
    : fromPosition(document.caretPositionFromPoint?.(x, y));
  if (!place || !(place.node instanceof Text)) return undefined;
  for (const offset of [place.offset, place.offset - 1]) {
    if (offset < 0 || offset >= place.node.length) continue;
    const around = document.createRange();
    around.setStart(place.node, offset);
    around.setEnd(place.node, offset + 1);
    const { left, right, top, bottom } = around.getBoundingClientRect();
    if (left <= x && x <= right && top <= y && y <= bottom) return { node: place.node, offset };
  }
  return undefined;
}

function fromPosition(position: CaretPosition | null | undefined) {
  return position ? { node: position.offsetNode, offset: position.offset } : undefined;
}

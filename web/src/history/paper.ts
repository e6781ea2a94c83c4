/** The sheet on which the past is shown. It can be read and not edited. */
import { element } from "../dom.ts";
import { type Line, unitsOf } from "./lines.ts";
import { type ColorOf, containerElement, containerOf, lineElement } from "./render.ts";

/** Lines that are drawn as one: those of a list or of a block of code, else one line. */
interface Block {
  readonly key: string;
  readonly lines: readonly Line[];
  readonly container: string | undefined;
}

/** Where a node's text is: `undefined` for what was deleted. */
interface Place {
  readonly line: HTMLElement;
  /** From the beginning of the line, in UTF-16 code units. */
  readonly start: number | undefined;
}

export class Paper {
  readonly root: HTMLElement;
  readonly #colorOf: ColorOf;
  #lines: readonly Line[] = [];
  #shown: readonly (readonly [key: string, node: HTMLElement])[] = [];
  readonly #places = new WeakMap<Node, Place>();

  constructor(container: HTMLElement, colorOf: ColorOf) {
    this.#colorOf = colorOf;
    this.root = element("div", { className: "ql-editor", role: "document", tabIndex: 0 });
    container.append(this.root);
  }

  /** Shows lines; what was there already stays as it is. */
  show(lines: readonly Line[]): void {
    const there = new Map<string, HTMLElement[]>();
    for (const [key, node] of this.#shown) there.set(key, [...(there.get(key) ?? []), node]);
    const shown = blocksOf(lines).map((block) => {
      const node = there.get(block.key)?.shift() ?? this.#draw(block);
      return [block.key, node] as const;
    });
    for (const nodes of there.values()) for (const node of nodes) node.remove();
    let next = this.root.firstChild;
    for (const [, node] of shown) {
      if (node === next) next = next.nextSibling;
      else this.root.insertBefore(node, next);
    }
    this.#shown = shown;
    this.#lines = lines;
  }

  /** What is marked as changed, from the top. */
  get changes(): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>(".mark:not(.kept)");
  }

  /** The place in the content at a point of the window, in UTF-16 code units. */
  placeAt(x: number, y: number): number | undefined {
    const found = characterAt(x, y);
    const place = found && this.#places.get(found.node);
    if (!found || place?.start === undefined) return undefined;
    const at = [...this.root.querySelectorAll(lineSelector)].indexOf(place.line);
    const before = this.#lines.slice(0, at).reduce((sum, { units }) => sum + units, 0);
    return before + place.start + found.offset;
  }

  #draw({ lines, container }: Block): HTMLElement {
    const drawn = lines.map((line) => this.#drawLine(line));
    if (container === undefined) return drawn[0] ?? element("p");
    const outer = containerElement(container);
    outer.append(...drawn);
    return outer;
  }

  #drawLine(line: Line): HTMLElement {
    const nodes: (readonly [Node, start: number | undefined])[] = [];
    let units = 0;
    const node = lineElement(line, this.#colorOf, (piece, drawn) => {
      nodes.push([drawn, piece.change === "deleted" ? undefined : units]);
      units += unitsOf(piece);
    });
    for (const [each, start] of nodes) this.#places.set(each, { line: node, start });
    return node;
  }
}

const lineSelector = ":scope > :not(ol, .ql-code-block-container), li, .ql-code-block";

function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: { key: string; lines: Line[]; container: string | undefined }[] = [];
  for (const line of lines) {
    const container = containerOf(line);
    const last = blocks.at(-1);
    if (last && container !== undefined && last.container === container) {
      last.lines.push(line);
      last.key += line.key;
    } else blocks.push({ key: line.key, lines: [line], container });
  }
  return blocks;
}

/** The character under a point: the caret's place is beside it, on either side. */
function characterAt(x: number, y: number): { node: Node; offset: number } | undefined {
  const embed = document.elementFromPoint(x, y)?.closest("img, .other-embed");
  if (embed) return { node: embed, offset: 0 };
  const range = document.caretRangeFromPoint?.(x, y);
  const place = range
    ? { node: range.startContainer, offset: range.startOffset }
    : fromPosition(document.caretPositionFromPoint?.(x, y));
  if (!place || !(place.node instanceof Text)) return undefined;
  const { node } = place;
  const offsets = [place.offset, place.offset - 1].filter((at) => at >= 0 && at < node.length);
  const offset = offsets.find((at) => isUnder(node, at, x, y));
  return offset === undefined ? undefined : { node, offset };
}

function isUnder(node: Text, offset: number, x: number, y: number): boolean {
  const around = document.createRange();
  around.setStart(node, offset);
  around.setEnd(node, offset + 1);
  const { left, right, top, bottom } = around.getBoundingClientRect();
  return left <= x && x <= right && top <= y && y <= bottom;
}

function fromPosition(position: CaretPosition | null | undefined) {
  return position ? { node: position.offsetNode, offset: position.offset } : undefined;
}

/** Draws a line of a document as the editor would, with marks of its own, and nothing to edit. */
import type { Attributes, Embed, Json } from "coscribe/delta";
import Image from "quill/formats/image";
import Link from "quill/formats/link";
import { element } from "../dom.ts";
import { type Line, showsEnd } from "./lines.ts";
import type { Piece } from "./marks.ts";

/** The colour of an author's text: a CSS colour for a user id. */
export type ColorOf = (user: string) => string;

/** What surrounds a text of these formats, from within. */
const wrappers: Readonly<Record<string, (value: Json) => HTMLElement>> = {
  code: () => element("code"),
  script: (value) => element(value === "super" ? "sup" : "sub"),
  bold: () => element("strong"),
  italic: () => element("em"),
  strike: () => element("s"),
  underline: () => element("u"),
  link: (value) => Link.create(String(value)) as HTMLElement,
};

/** Formats that are a class on what they format, such as ql-size-large. */
const [inlineClasses, blockClasses] = [
  ["font", "size"],
  ["align", "direction", "indent"],
] as const;

const markTags = { inserted: "ins", deleted: "del", formatted: "span", kept: "span" } as const;

/** Shows the end of a line that came or went. */
const pilcrow = "¶";

/** The element of a line. `drawn` is told of the node that shows each piece. */
export function lineElement(
  line: Line,
  colorOf: ColorOf,
  drawn: (piece: Piece, node: Node) => void,
): HTMLElement {
  const { pieces, end } = line;
  const block = blockElement(end.attributes ?? {});
  for (const piece of pieces) {
    const inner =
      typeof piece.insert === "string"
        ? document.createTextNode(piece.insert)
        : embedElement(piece.insert);
    drawn(piece, inner);
    block.append(marked(formatted(inner, piece.attributes ?? {}), piece, colorOf));
  }
  if (showsEnd(line)) block.append(marked(document.createTextNode(pilcrow), end, colorOf));
  if (!block.textContent && !block.querySelector("img")) block.append(element("br"));
  return block;
}

/** What the lines of a list or of a block of code stand in; `undefined` for other lines. */
export function containerOf({ end: { attributes = {} } }: Line): string | undefined {
  if (attributes.list) return "list";
  return attributes["code-block"] ? "code" : undefined;
}

export function containerElement(kind: string): HTMLElement {
  return kind === "list" ? element("ol") : element("div", { className: "ql-code-block-container" });
}

function blockElement(attributes: Attributes): HTMLElement {
  const block = bareBlock(attributes);
  for (const name of blockClasses) addClass(block, name, attributes[name]);
  return block;
}

function bareBlock({ header, list, blockquote, "code-block": code }: Attributes): HTMLElement {
  if (list) {
    const item = element("li", {}, element("span", { className: "ql-ui" }));
    item.dataset.list = String(list);
    return item;
  }
  if (code) return element("div", { className: "ql-code-block" });
  if (blockquote) return element("blockquote");
  const level = ([undefined, "h1", "h2", "h3", "h4", "h5", "h6"] as const)[Number(header)];
  return element(level ?? "p");
}

function embedElement(embed: Embed): HTMLElement {
  const [name = "", value] = Object.entries(embed)[0] ?? [];
  if (name === "image") return Image.create(String(value)) as HTMLElement;
  return element("span", { className: "other-embed" }, name);
}

function formatted(inner: Node, attributes: Attributes): Node {
  let node = inner;
  for (const [name, wrap] of Object.entries(wrappers)) {
    const value = attributes[name];
    if (!value) continue;
    const outer = wrap(value);
    outer.append(node);
    node = outer;
  }
  return styled(node, attributes);
}

/** Gives a text its colours, font and size. */
function styled(node: Node, attributes: Attributes): Node {
  const { color, background } = attributes;
  if (![color, background, ...inlineClasses.map((name) => attributes[name])].some(Boolean)) {
    return node;
  }
  const span = element("span", {}, node);
  if (typeof color === "string") span.style.color = color;
  if (typeof background === "string") span.style.backgroundColor = background;
  for (const name of inlineClasses) addClass(span, name, attributes[name]);
  return span;
}

function addClass(node: HTMLElement, name: string, value: Json | undefined): void {
  if (value && /^[\w-]+$/.test(String(value))) node.classList.add(`ql-${name}-${value}`);
}

function marked(node: Node, { change, by }: Piece, colorOf: ColorOf): Node {
  if (!change && by === undefined) return node;
  const kind = change ?? "kept";
  const mark = element(markTags[kind], { className: `mark ${kind}` }, node);
  if (by !== undefined) {
    mark.dataset.author = by;
    mark.style.setProperty("--author", colorOf(by));
  }
  return mark;
}

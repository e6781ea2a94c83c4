/**
 * What a schema needs beside its own nodes, so that nothing in a document is
 * lost that it cannot show: an attribute on blocks for the formats of a line,
 * a mark for the formats of text, a placeholder for embeds.
 */
import {
  type AttributeSpec,
  type DOMOutputSpec,
  type MarkSpec,
  type Node,
  type NodeSpec,
  Schema,
} from "prosemirror-model";
import type { Attributes, Embed, Json } from "../delta/index.ts";

/** The attribute of blocks: a `Carried`, or `null`. */
export const carry = "coscribe";
export const embedName = "coscribeEmbed";
export const formatsName = "coscribeFormats";

/** What a block keeps of its line that the tree does not say. */
export interface Carried {
  /** Formats of the line that the block has no place for. */
  readonly line?: Attributes;
  /** How much deeper the item is than lists can be nested here. */
  readonly indent?: number;
  /** What kind of box an item has that is shown as a bullet. */
  readonly box?: Json;
  /** The language of code that has no attribute for it. */
  readonly language?: Json;
}

const dataName = "data-coscribe";

/** JSON in an attribute of an element: how what is carried survives copy and paste. */
export function parseData(element: HTMLElement): Json {
  try {
    return JSON.parse(element.getAttribute(dataName) ?? "null") as Json;
  } catch {
    return null;
  }
}

export function formatData(value: unknown): Record<string, string> {
  return value === null || value === undefined ? {} : { [dataName]: JSON.stringify(value) };
}

const carried: AttributeSpec = { default: null };

export const embedSpec: NodeSpec = {
  inline: true,
  group: "inline",
  atom: true,
  attrs: { embed: {} },
  toDOM: drawEmbed,
  parseDOM: [{ tag: `[data-coscribe-embed]`, getAttrs: (element) => embedOf(element) }],
};

/** Code that is bold, too, is the most likely of what Tiptap has no marks for. */
export const formatsSpec: MarkSpec = {
  attrs: { formats: {} },
  toDOM: ({ attrs }) => {
    const tag = attrs.formats.code === true ? "code" : "span";
    return [tag, { class: "coscribe-formats", ...formatData(attrs.formats) }, 0];
  },
  parseDOM: [{ tag: ".coscribe-formats", priority: 60, getAttrs: (element) => formatsOf(element) }],
};

function embedOf(element: HTMLElement): { embed: Json } | false {
  const embed = parseData(element);
  return isObject(embed) && Object.keys(embed).length === 1 ? { embed } : false;
}

function formatsOf(element: HTMLElement): { formats: Json } | false {
  const formats = parseData(element);
  return isObject(formats) ? { formats } : false;
}

export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An image where it may be one, else the word for what it is. */
function drawEmbed(node: Node): DOMOutputSpec {
  const embed = node.attrs.embed as Embed;
  const kind = Object.keys(embed)[0] ?? "";
  const data = { class: "coscribe-embed", "data-coscribe-embed": kind, ...formatData(embed) };
  const source = embed.image;
  if (typeof source === "string" && /^(https?:|data:image\/|[^:]*$)/i.test(source)) {
    return ["img", { ...data, src: source }];
  }
  return ["span", data, kind];
}

/**
 * The schema with what the mapping needs to keep all that it cannot show. Make
 * the editor's state with it. (Tiptap's extension does the same by itself.)
 */
export function withCoscribe(schema: Schema): Schema {
  let nodes = schema.spec.nodes;
  nodes.forEach((name, spec) => {
    if (name === schema.topNodeType.name || !/\bblock\b/.test(spec.group ?? "")) return;
    nodes = nodes.update(name, { ...spec, attrs: { ...spec.attrs, [carry]: carried } });
  });
  return new Schema({
    ...schema.spec,
    nodes: nodes.update(embedName, embedSpec),
    marks: schema.spec.marks.update(formatsName, formatsSpec),
  });
}

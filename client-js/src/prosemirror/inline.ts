/** Text, its formats and what stands in it: pieces of a line, and inline nodes. */
import { Fragment, Mark, type Node } from "prosemirror-model";
import { equal } from "../delta/attributes.ts";
import type { Attributes, Delta, Embed, InsertOp, Json } from "../delta/index.ts";
import { insert } from "../delta/types.ts";
import { embedName, formatsName, isObject } from "./schema.ts";
import { isForeign, type Vocabulary } from "./vocabulary.ts";

/** A break within a line is Unicode's own character for it, one unit long like the node. */
export const lineSeparator = "\u2028";
/** The embed of a node that the mapping does not know: its JSON. */
export const opaque = "prosemirror";
const imageFormats = ["alt", "title", "width", "height"];

/** The pieces of a line. */
export function piecesOf(vocabulary: Vocabulary, line: Node): Delta {
  const out: InsertOp[] = [];
  line.forEach((node) => {
    out.push(pieceOf(vocabulary, node));
  });
  return out;
}

function pieceOf(vocabulary: Vocabulary, node: Node): InsertOp {
  const formats = formatsOf(vocabulary, node.marks);
  if (node.isText) {
    return formatted((node.text as string).replace(/\r\n|\r|\n/g, lineSeparator), formats);
  }
  if (node.type === vocabulary.hardBreak) return formatted(lineSeparator, formats);
  if (node.type === vocabulary.image) {
    return formatted({ image: node.attrs.src as Json }, { ...imageAttributes(node), ...formats });
  }
  return formatted(embedOf(node), formats);
}

function formatted(what: string | Embed, formats: Attributes): InsertOp {
  return Object.keys(formats).length > 0 ? insert(what, formats) : insert(what);
}

/** The embed of an inline node, but for images and breaks. */
function embedOf(node: Node): Embed {
  if (node.type.name === embedName) return node.attrs.embed as Embed;
  return node.isLeaf ? { [node.type.name]: { ...node.attrs } } : { [opaque]: node.toJSON() };
}

/** The formats of an image that its node has attributes for. */
export function imageAttributes(node: Node): Attributes {
  const set = imageFormats.filter((name) => (node.attrs[name] ?? null) !== null);
  return Object.fromEntries(set.map((name) => [name, node.attrs[name] as Json]));
}

function formatsOf({ formatNames }: Vocabulary, marks: readonly Mark[]): Attributes {
  const out: Record<string, Json> = {};
  for (const mark of marks) {
    const name = formatNames.get(mark.type);
    if (name) out[name] = markValue(name, mark);
  }
  const others = marks.find(({ type }) => type.name === formatsName);
  return others ? { ...(others.attrs.formats as Attributes), ...out } : out;
}

function markValue(name: string, { attrs }: Mark): Json {
  if (name === "link") return attrs.href as Json;
  return Object.keys(attrs).length > 0 ? { ...attrs } : true;
}

/** The inline nodes for pieces of a line. Fails where the schema has no place for one of them. */
export function inline(vocabulary: Vocabulary, pieces: Delta): Fragment {
  const nodes: Node[] = [];
  for (const piece of pieces) {
    const what = piece.insert as string | Embed;
    if (typeof what !== "string") nodes.push(embedded(vocabulary, what, piece.attributes ?? {}));
    else write(vocabulary, nodes, what, marksOf(vocabulary, piece.attributes ?? {}));
  }
  return Fragment.from(nodes);
}

function write(vocabulary: Vocabulary, nodes: Node[], text: string, marks: readonly Mark[]): void {
  const { hardBreak, schema } = vocabulary;
  const parts = hardBreak ? text.split(lineSeparator) : [text];
  parts.forEach((part, i) => {
    if (i > 0) nodes.push((hardBreak as NonNullable<typeof hardBreak>).create(null, null, marks));
    if (part) nodes.push(schema.text(part, marks));
  });
}

function embedded(vocabulary: Vocabulary, embed: Embed, formats: Attributes): Node {
  const { image, embed: placeholder } = vocabulary;
  if (image?.isInline && typeof embed.image === "string") {
    const node = imageNode(vocabulary, embed.image, formats);
    const own = imageAttributes(node);
    const others = Object.entries(formats).filter(([name, value]) => own[name] !== value);
    return node.mark(marksOf(vocabulary, Object.fromEntries(others)));
  }
  const marks = marksOf(vocabulary, formats);
  const node = named(vocabulary, embed) ?? unpacked(vocabulary, embed);
  if (node?.isInline) return node.mark(marks);
  if (placeholder) return placeholder.create({ embed }, null, marks);
  throw new Error(`the editor's schema has no place for an embed: ${Object.keys(embed)[0]}`);
}

/** An image with those of its formats that its node has attributes for. */
export function imageNode({ image }: Vocabulary, src: string, formats: Attributes): Node {
  const own = imageFormats.filter(
    (name) => name in (image?.spec.attrs ?? {}) && Object.hasOwn(formats, name),
  );
  const attrs = Object.fromEntries(own.map((name) => [name, formats[name]]));
  return (image as NonNullable<typeof image>).create({ ...attrs, src });
}

/** A leaf whose type has the name of the embed, such as a mention. */
function named(vocabulary: Vocabulary, embed: Embed): Node | undefined {
  const { schema, image, hardBreak } = vocabulary;
  const [name = "", attrs] = Object.entries(embed)[0] ?? [];
  const type = Object.hasOwn(schema.nodes, name) ? schema.nodes[name] : undefined;
  if (!type?.isInline || !type.isLeaf || type.isText || !isObject(attrs)) return undefined;
  if (type === image || type === hardBreak || name === embedName) return undefined;
  const whole = Object.keys(type.spec.attrs ?? {}).every((key) => Object.hasOwn(attrs, key));
  const node = whole ? type.create(attrs) : undefined;
  return node && equal(embedOf(node), embed) ? node : undefined;
}

/** The node whose JSON an embed is. */
export function unpacked(vocabulary: Vocabulary, embed: Embed): Node | undefined {
  const json = embed[opaque];
  if (!isObject(json)) return undefined;
  try {
    const node = vocabulary.schema.nodeFromJSON(json);
    node.check();
    return isForeign(vocabulary, node.type) && equal(node.toJSON(), json) ? node : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The marks for formats. What the schema has no mark for, and what cannot
 * stand beside the others (code and bold in Tiptap), one mark carries as is.
 */
export function marksOf(vocabulary: Vocabulary, formats: Attributes): readonly Mark[] {
  const marks = new Map<string, Mark>();
  const others: Record<string, Json> = {};
  for (const [name, value] of Object.entries(formats)) {
    const mark = markOf(vocabulary, name, value);
    if (mark) marks.set(name, mark);
    else others[name] = value;
  }
  const carry = (clashes: (mark: Mark) => boolean | undefined): void => {
    for (const [name] of [...marks].filter(([, mark]) => clashes(mark))) {
      marks.delete(name);
      others[name] = formats[name] as Json;
    }
  };
  const all = [...marks.values()];
  carry((mark) => all.some((other) => other !== mark && mark.type.excludes(other.type)));
  if (Object.keys(others).length === 0) return Mark.setFrom([...marks.values()]);
  const { formats: carrier } = vocabulary;
  if (!carrier) {
    throw new Error(`the editor's schema cannot carry the format ${Object.keys(others)[0]}`);
  }
  carry((mark) => mark.type.excludes(carrier));
  return Mark.setFrom([...marks.values(), carrier.create({ formats: others })]);
}

/** The mark that says exactly this. */
function markOf({ marks }: Vocabulary, name: string, value: Json): Mark | undefined {
  const type = marks.get(name);
  if (!type) return undefined;
  const attrs = name === "link" ? typeof value === "string" && { href: value } : attrsOf(value);
  const needed = name === "link" ? ["href"] : Object.keys(type.spec.attrs ?? {});
  if (!attrs || !needed.every((key) => Object.hasOwn(attrs, key))) return undefined;
  const mark = type.create(attrs);
  return equal(markValue(name, mark), value) ? mark : undefined;
}

function attrsOf(value: Json): Record<string, Json> | false {
  if (value === true) return {};
  return isObject(value) && value;
}

/** What a single line is shown as: the block that holds its text. */
import type { Fragment, NodeType } from "prosemirror-model";
import type { Attributes, Delta, Embed, InsertOp } from "../delta/index.ts";
import { insert } from "../delta/types.ts";
import { imageAttributes, imageNode, inline, unpacked } from "./inline.ts";
import { leafAttributes, leafFormats } from "./line.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A line of a document. */
export interface Written {
  readonly pieces: Delta;
  readonly attributes: Attributes;
}

export interface Leaf {
  readonly type: NodeType;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly content: Fragment | null;
  /** What the block says of its line. */
  readonly formats: Attributes;
  /** Its text, where it is a line of code. */
  readonly code: string | undefined;
}

/** The lines of a content. What stands behind the last newline is one, too; there is one at least. */
export function split(content: Delta): Written[] {
  const out: Written[] = [];
  let pieces: InsertOp[] = [];
  for (const op of content as readonly InsertOp[]) {
    if (typeof op.insert !== "string") {
      pieces.push(op);
      continue;
    }
    const texts = op.insert.split("\n");
    texts.forEach((text, i) => {
      if (text) pieces.push(insert(text, op.attributes));
      if (i === texts.length - 1) return;
      out.push({ pieces, attributes: op.attributes ?? {} });
      pieces = [];
    });
  }
  if (pieces.length > 0 || out.length === 0) out.push({ pieces, attributes: {} });
  return out;
}

/** The text of a line that can be shown as code: it has no formats and no embeds. */
export function codeText(
  { code }: Vocabulary,
  { pieces, attributes }: Written,
): string | undefined {
  const language = attributes["code-block"];
  if (!code || !(language === true || (typeof language === "string" && language))) return undefined;
  const isPlain = pieces.every((piece) => typeof piece.insert === "string" && !piece.attributes);
  return isPlain ? pieces.map((piece) => piece.insert).join("") : undefined;
}

/** What a line is shown as: text where an item begins, because nothing else can stand there. */
export function leafOf(vocabulary: Vocabulary, line: Written, asText: boolean): Leaf {
  return (
    (!asText &&
      (codeOf(vocabulary, line) ?? blockOf(vocabulary, line) ?? headingOf(vocabulary, line))) ||
    textOf(vocabulary, vocabulary.paragraph, {}, line)
  );
}

function codeOf(vocabulary: Vocabulary, line: Written): Leaf | undefined {
  const code = codeText(vocabulary, line);
  const type = vocabulary.code;
  if (code === undefined || !type) return undefined;
  const language = line.attributes["code-block"];
  const attrs: Record<string, unknown> = leafAttributes(type, line.attributes);
  if ("language" in (type.spec.attrs ?? {})) attrs.language = language === true ? null : language;
  return { type, attrs, content: null, formats: leafFormats(vocabulary, type.create(attrs)), code };
}

function headingOf(vocabulary: Vocabulary, line: Written): Leaf | undefined {
  const level = line.attributes.header;
  if (!vocabulary.heading || ![1, 2, 3, 4, 5, 6].includes(level as number)) return undefined;
  const leaf = textOf(vocabulary, vocabulary.heading, { level }, line);
  return leaf.type.validContent(leaf.content as Fragment) ? leaf : undefined;
}

function textOf(vocabulary: Vocabulary, type: NodeType, own: object, line: Written): Leaf {
  const attrs = { ...leafAttributes(type, line.attributes), ...own };
  const content = inline(vocabulary, line.pieces);
  const formats = leafFormats(vocabulary, type.create(attrs));
  return { type, attrs, content, formats, code: undefined };
}

/** A rule, an image that is a block here, or a block of an unknown kind, alone in its line. */
function blockOf(vocabulary: Vocabulary, { pieces, attributes }: Written): Leaf | undefined {
  const { rule, image } = vocabulary;
  const [piece] = pieces;
  if (pieces.length !== 1 || typeof piece?.insert !== "object" || attributes.header)
    return undefined;
  const embed: Embed = piece.insert;
  const formats = piece.attributes ?? {};
  const node = (type: NodeType, attrs: object, content: Fragment | null): Leaf => {
    return { type, attrs: { ...attrs }, content, formats: {}, code: undefined };
  };
  if (rule && embed.divider === true) return piece.attributes ? undefined : node(rule, {}, null);
  if (image?.isBlock && typeof embed.image === "string") {
    const made = imageNode(vocabulary, embed.image, formats);
    const shown = imageAttributes(made);
    const all = Object.entries(formats).every(([name, value]) => shown[name] === value);
    return all ? node(image, made.attrs, null) : undefined;
  }
  const block = piece.attributes ? undefined : unpacked(vocabulary, embed);
  return block?.isBlock ? node(block.type, block.attrs, block.content) : undefined;
}

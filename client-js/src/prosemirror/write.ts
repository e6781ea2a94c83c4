/** From the tree to the delta. */
import type { Node } from "prosemirror-model";
import { type Attributes, type Delta, type InsertOp, normalize } from "../delta/index.ts";
import { insert, length } from "../delta/types.ts";
import { imageAttributes, opaque, piecesOf } from "./inline.ts";
import { leafFormats, lineFormats, listFormats, ownFormats, shownFormats } from "./line.ts";
import { type Context, joinsCode, type Place, plain, start } from "./place.ts";
import { type Carried, carry } from "./schema.ts";
import { type ListKind, type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/** A line of a block at the top, and where it is in the tree. */
export interface Line {
  /** What stands in it, its newline excluded. */
  readonly pieces: Delta;
  readonly attributes: Attributes;
  /** How long it is, newline included, in UTF-16 code units. */
  readonly length: number;
  /** Where its text begins, or where its node stands, counted from the block at the top. */
  readonly from: number;
  /** How long the node is in the tree, where it is no text. */
  readonly node: number | undefined;
}

/** What is around a block. */
interface Around {
  readonly place: Place;
  /** What the list says of the line, where it begins an item. */
  readonly list: Attributes;
}

const nowhere: Around = { place: plain, list: {} };

/** Behind the first block of a container, and behind the first line of code. */
function inside({ place: { kinds } }: Around): Around {
  return { place: { ...plain, kinds, keep: kinds.length }, list: {} };
}

/** The document that a tree shows. */
export function toDelta(doc: Node): Delta {
  const writer = new Writer(vocabularyOf(doc.type.schema), start);
  doc.forEach((node) => {
    writer.blockAtTop(node);
  });
  return normalize(writer.lines.flatMap(insertsOf));
}

/** What inserts a line. */
export function insertsOf({ pieces, attributes }: Line): InsertOp[] {
  const end = Object.keys(attributes).length > 0 ? insert("\n", attributes) : insert("\n");
  return [...(pieces as InsertOp[]), end];
}

/** Writes down the lines of blocks. */
export class Writer {
  readonly lines: Line[] = [];
  readonly #vocabulary: Vocabulary;
  /** What the next line has before it. */
  before: Context;

  constructor(vocabulary: Vocabulary, before: Context) {
    this.#vocabulary = vocabulary;
    this.before = before;
  }

  /** The places of its lines are counted from it. */
  blockAtTop(node: Node): void {
    this.#block(node, 0, nowhere);
  }

  #block(node: Node, at: number, around: Around): void {
    const { quote, lists, code } = this.#vocabulary;
    if (node.type === quote) return this.#quote(node, at, around);
    for (const kind of ["b", "o", "t"] as const) {
      if (node.type === lists[kind]?.list) return this.#list(node, at, around, kind);
    }
    if (node.type === code) return this.#code(node, at, around);
    if (node.isTextblock) return this.#line(piecesOf(this.#vocabulary, node), node, at + 1, around);
    return this.#line([this.#embed(node)], node, at, around, node.nodeSize);
  }

  /** Each block but the first goes on in what the first began. */
  #children(node: Node, at: number, first: Around): void {
    node.forEach((child, offset, i) => {
      this.#block(child, at + 1 + offset, i === 0 ? first : inside(first));
    });
  }

  #quote(node: Node, at: number, { place }: Around): void {
    const quoted = place.next ? place : { ...place, kinds: `${place.kinds}q` };
    this.#children(node, at, { place: quoted, list: {} });
  }

  #list(list: Node, at: number, { place }: Around, kind: ListKind): void {
    const kinds = place.kinds + kind;
    const others = { ...plain, kinds, keep: place.kinds.length, next: true };
    list.forEach((item, offset, i) => {
      const formats = listFormats(list, item, i === 0, kind);
      const own = { place: i === 0 ? { ...place, kinds } : others, list: formats };
      this.#children(item, at + 1 + offset, own);
    });
  }

  #code(node: Node, at: number, around: Around): void {
    let from = at + 1;
    const texts = node.textContent.replace(/\r\n?/g, "\n").split("\n");
    texts.forEach((text, i) => {
      const pieces = text ? [insert(text)] : [];
      if (i > 0) this.#line(pieces, node, from, inside(around));
      else this.#line(pieces, node, from, this.#apart(node, around));
      from += text.length + 1;
    });
  }

  /** A block of code that would become one with the one before it says that it does not. */
  #apart(node: Node, { place, list }: Around): Around {
    const { own } = this.#formats(node, { place, list });
    return { place: { ...place, fresh: joinsCode(this.before, place, own) }, list };
  }

  #line(pieces: Delta, node: Node, from: number, around: Around, size?: number): void {
    const { attributes, own } = this.#formats(node, around);
    this.lines.push({ pieces, attributes, length: length(pieces) + 1, from, node: size });
    const isCode = node.type === this.#vocabulary.code;
    this.before = { kinds: around.place.kinds, code: isCode ? own : undefined };
  }

  #formats(node: Node, { place, list }: Around): { attributes: Attributes; own: Attributes } {
    const vocabulary = this.#vocabulary;
    const leaf = node.isTextblock ? leafFormats(vocabulary, node) : {};
    const isCode = node.type === vocabulary.code;
    const shown = shownFormats(vocabulary, this.before, place, leaf, list, isCode);
    const carried = node.attrs[carry] as Carried | null | undefined;
    return { attributes: lineFormats(shown, carried), own: ownFormats(shown, carried) };
  }

  /** A block that is no text, as the one thing in its line. */
  #embed(node: Node): InsertOp {
    const { rule, image } = this.#vocabulary;
    if (node.type === rule) return insert({ divider: true });
    if (node.type !== image) return insert({ [opaque]: node.toJSON() });
    const formats = imageAttributes(node);
    const embed = { image: node.attrs.src };
    return Object.keys(formats).length > 0 ? insert(embed, formats) : insert(embed);
  }
}

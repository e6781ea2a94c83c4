/** From the delta to the tree. */
import type { Node, Schema } from "prosemirror-model";
import type { Attributes, Delta } from "../delta/index.ts";
import { codeText, type Leaf, leafOf, split, type Written } from "./leaf.ts";
import { carriedFor, listAttrs, listFormats, ownFormats, shownFormats } from "./line.ts";
import {
  beginsItem,
  type Context,
  joinsCode,
  kindOf,
  type Place,
  placeOf,
  plain,
  start,
  usualPlace,
} from "./place.ts";
import { type Carried, carry } from "./schema.ts";
import { Stack } from "./stack.ts";
import { carries, type ListKind, type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/**
 * The tree that shows a document. Fails where the schema has no place for
 * something; one with `withCoscribe` has one for everything.
 */
export function fromDelta(schema: Schema, content: Delta): Node {
  const { nodes } = read(vocabularyOf(schema), split(content), start);
  return schema.topNodeType.createChecked(null, nodes);
}

export interface Result {
  /** Blocks for the top of the tree. */
  readonly nodes: readonly Node[];
  /** Whether the first line goes on in the block before it: then there are no blocks. */
  readonly joins: boolean;
}

/** The blocks that show lines behind a block that ends as `before` says. */
export function read(vocabulary: Vocabulary, lines: readonly Written[], before: Context): Result {
  const reader = new Reader(vocabulary, before);
  for (const line of lines) {
    reader.line(line);
    if (reader.joins) return { nodes: [], joins: true };
  }
  return { nodes: reader.end(), joins: false };
}

class Reader {
  /** Whether the first line belongs to what was there before. */
  joins = false;
  readonly #vocabulary: Vocabulary;
  readonly #stack: Stack;
  #before: Context;
  #isFirst = true;

  constructor(vocabulary: Vocabulary, before: Context) {
    this.#vocabulary = vocabulary;
    this.#before = before;
    this.#stack = new Stack(vocabulary);
  }

  end(): Node[] {
    return this.#stack.end();
  }

  /** The last of the three always succeeds: text at the top says nothing of its own. */
  line(line: Written): void {
    const isCode = codeText(this.#vocabulary, line) !== undefined;
    const usual = usualPlace(this.#vocabulary, this.#before, line.attributes, isCode);
    const done =
      this.#try(line, this.#told(line.attributes), false) ||
      this.#try(line, usual, false) ||
      this.#try(line, plain, true);
    if (!done) throw new Error("internal error: a line has no place in the tree");
    this.#isFirst = false;
  }

  /** The place that the line's own word tells, if its other formats agree. */
  #told(attributes: Attributes): Place | undefined {
    const place = placeOf(this.#vocabulary, this.#before, attributes.nest);
    if (!place) return undefined;
    const kind = kindOf(this.#vocabulary, attributes.list);
    const agrees = kind === (beginsItem(place) ? place.kinds.at(-1) : undefined);
    const quoted = place.kinds.includes("q") === (attributes.blockquote === true);
    return agrees && quoted ? place : undefined;
  }

  /** Puts a line in a place, unless its formats cannot be kept there. */
  #try(line: Written, place: Place | undefined, asText: boolean): boolean {
    if (!place) return false;
    const { attributes } = line;
    const leaf = leafOf(this.#vocabulary, line, asText || beginsItem(place));
    const isCode = leaf.code !== undefined;
    const list = this.#listFormats(place, attributes);
    const shown = shownFormats(this.#vocabulary, this.#before, place, leaf.formats, list, isCode);
    const carried = carriedFor(shown, attributes);
    if (carried === undefined) return false;
    const own = isCode ? ownFormats(shown, carried) : undefined;
    const joins = own !== undefined && joinsCode(this.#before, place, own);
    if (place.fresh && !joins) return false;
    if (carried && !carries(leaf.type)) {
      if (leaf.type === this.#vocabulary.paragraph) fail(carried);
      return this.#try(line, place, true);
    }
    if (this.#isFirst) this.joins = place.keep > 0 || place.next || (joins && !place.fresh);
    if (!this.joins) this.#put(leaf, place, carried, attributes, joins && !place.fresh);
    this.#before = { kinds: place.kinds, code: own };
    return true;
  }

  #put(
    leaf: Leaf,
    place: Place,
    carried: Carried | null,
    formats: Attributes,
    goesOn: boolean,
  ): void {
    const { type, code } = leaf;
    const attrs = carried ? { ...leaf.attrs, [carry]: carried } : leaf.attrs;
    if (code !== undefined && goesOn) return this.#stack.addCode(code);
    this.#stack.enter(place, formats);
    if (code !== undefined) this.#stack.beginCode(type, attrs, code);
    else this.#stack.add(type.create(attrs, leaf.content));
  }

  /** What the list and the item say of a line that begins an item. */
  #listFormats(place: Place, attributes: Attributes): Attributes {
    const kind = place.kinds.at(-1) as ListKind;
    const types = beginsItem(place) ? this.#vocabulary.lists[kind] : undefined;
    if (!types) return {};
    const list = types.list.create(listAttrs(types.list, attributes));
    const attrs = kind === "t" ? { checked: attributes.list === "checked" } : null;
    return listFormats(list, types.item.create(attrs), !place.next, kind);
  }
}

function fail({ line, ...others }: Carried): never {
  const name = Object.keys(line ?? others)[0];
  throw new Error(`the editor's schema cannot carry a format of lines: ${name}`);
}

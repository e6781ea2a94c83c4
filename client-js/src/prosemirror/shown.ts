/** A tree and the document that it shows: places, local changes, and where they are. */
import type { Node } from "prosemirror-model";
import { Builder, type Delta, normalize } from "../delta/index.ts";
import { contextAt, insertsAt, leansAt, lengthOf, linesAt } from "./blocks.ts";
import { difference } from "./difference.ts";
import { sameContext } from "./place.ts";
import type { Line } from "./write.ts";

/** The blocks at the top that differ: `[from, to)` of the one tree, `[from, until)` of the other. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly until: number;
}

/** Where two trees differ, told by the nodes alone: trees share what did not change. */
export function changed(before: Node, after: Node): Range {
  const shorter = Math.min(before.childCount, after.childCount);
  let from = 0;
  while (from < shorter && before.child(from) === after.child(from)) from++;
  let behind = 0;
  while (
    behind < shorter - from &&
    before.child(before.childCount - 1 - behind) === after.child(after.childCount - 1 - behind)
  ) {
    behind++;
  }
  return { from, to: before.childCount - behind, until: after.childCount - behind };
}

/** A tree as it is shown, with the length of each of its blocks in the document. */
export class Shown {
  readonly doc: Node;
  readonly #lengths: readonly number[];

  private constructor(doc: Node, lengths: readonly number[]) {
    this.doc = doc;
    this.#lengths = lengths;
  }

  static of(doc: Node): Shown {
    return new Shown(doc, doc.children.map(lengthOf));
  }

  /** The same for a tree that was made of this one. */
  after(doc: Node): Shown {
    const { from, to, until } = changed(this.doc, doc);
    const lengths = doc.children.slice(from, until).map(lengthOf);
    return new Shown(doc, [
      ...this.#lengths.slice(0, from),
      ...lengths,
      ...this.#lengths.slice(to),
    ]);
  }

  /** Where a block begins in the document, in units; where it ends, for the one behind the last. */
  startOf(block: number): number {
    let sum = 0;
    for (let n = 0; n < block; n++) sum += this.#lengths[n] as number;
    return sum;
  }

  get length(): number {
    return this.startOf(this.#lengths.length);
  }

  /** The block that a unit of the document is in: the last one, for all behind it. */
  blockOf(unit: number): number {
    const last = this.#lengths.length - 1;
    let left = unit;
    for (let n = 0; n < last; n++) {
      left -= this.#lengths[n] as number;
      if (left < 0) return n;
    }
    return last;
  }

  /** The place in the document of a place in the tree. */
  offsetOf(position: number): number {
    const place = Math.min(Math.max(position, 0), this.doc.content.size);
    const { node, ...ahead } = this.doc.childAfter(place);
    const { index, offset } = node ? ahead : this.doc.childBefore(place);
    let units = this.startOf(index);
    const lines = linesAt(this.doc, index);
    const n = Math.max(
      lines.findLastIndex((line) => line.from <= place - offset),
      0,
    );
    for (const line of lines.slice(0, n)) units += line.length;
    return units + within(lines[n] as Line, place - offset);
  }

  /** The place in the tree of a place in the document. */
  positionOf(offset: number): number {
    const block = this.blockOf(offset);
    let left = Math.max(offset - this.startOf(block), 0);
    let start = 0;
    for (let n = 0; n < block; n++) start += this.doc.child(n).nodeSize;
    const lines = linesAt(this.doc, block);
    for (const line of lines) {
      if (left < line.length || line === lines.at(-1)) return start + inTree(line, left);
      left -= line.length;
    }
    return start;
  }

  /** What takes the document to that of a tree that was made of this one. */
  deltaTo(next: Shown, caret?: number): Delta {
    let { from, to, until } = changed(this.doc, next.doc);
    while (to < this.doc.childCount && leansAt(next.doc, until)) {
      if (sameContext(contextAt(this.doc, to), contextAt(next.doc, until))) break;
      to++;
      until++;
    }
    const start = this.startOf(from);
    const before = normalize(insertsAt(this.doc, from, to));
    const after = normalize(insertsAt(next.doc, from, until));
    const near = caret === undefined ? undefined : Math.max(next.offsetOf(caret) - start, 0);
    const out = new Builder().push({ retain: start });
    for (const op of difference(before, after, near)) out.push(op);
    return out.delta();
  }
}

function within({ from, length, node }: Line, place: number): number {
  if (node !== undefined) return place > from ? 1 : 0;
  return Math.min(Math.max(place - from, 0), length - 1);
}

function inTree({ from, length, node }: Line, offset: number): number {
  if (node !== undefined) return offset > 0 ? from + node : from;
  return from + Math.min(offset, length - 1);
}

/** What two moments of a document differ in, and who wrote what, as one text with marks. */
import type { Delta } from "coscribe";
import type { Attributes, InsertOp } from "coscribe/delta";
import type { Credit } from "coscribe/rest";

/** What became of a piece of text: it came, went, or looks different. */
export type Change = "inserted" | "deleted" | "formatted";

/** A piece of text, and what there is to say of it. */
export interface Piece extends InsertOp {
  readonly change?: Change;
  /** Who wrote it, by user id; `undefined` where that is not known. */
  readonly by?: string;
}

/** The content as it is, nothing marked. */
export function plain(content: Delta): Piece[] {
  return content as readonly InsertOp[] as Piece[];
}

/**
 * The content that `op` makes of `from`, with what it deletes still in its
 * place: before what is there instead.
 */
export function compared(from: Delta, op: Delta): Piece[] {
  const rest = new Reader(plain(from));
  const pieces: Piece[] = [];
  let inserted: Piece[] = [];
  for (const part of op) {
    if (part.insert !== undefined) {
      inserted.push({ ...part, change: "inserted" });
    } else if (part.delete !== undefined) {
      for (const gone of rest.take(part.delete)) pieces.push({ ...gone, change: "deleted" });
    } else {
      pieces.push(...inserted);
      inserted = [];
      for (const kept of rest.take(part.retain)) {
        pieces.push(part.attributes ? formatted(kept, part.attributes) : kept);
      }
    }
  }
  pieces.push(...inserted, ...rest.take(Number.POSITIVE_INFINITY));
  return pieces;
}

function formatted(piece: Piece, change: Attributes): Piece {
  const both = Object.entries({ ...piece.attributes, ...change });
  const attributes = Object.fromEntries(both.filter(([, value]) => value !== null));
  return { insert: piece.insert, attributes, change: "formatted" };
}

/** The pieces with their authors: credits cover all of them but what is deleted. */
export function credited(pieces: readonly Piece[], credits: readonly Credit[]): Piece[] {
  const found: Piece[] = [];
  let [next, left] = [0, credits[0]?.length ?? 0];
  for (const piece of pieces) {
    if (piece.change === "deleted") {
      found.push(piece);
      continue;
    }
    const parts = new Reader([piece]);
    for (let size = lengthOf(piece); size > 0; ) {
      const by = credits[next]?.user;
      let stretch = 0;
      // Neighbours of one author make one piece, however many changes they came in.
      while (stretch < size && next < credits.length && credits[next]?.user === by) {
        const step = Math.min(left, size - stretch);
        stretch += step;
        left -= step;
        if (left === 0) left = credits[++next]?.length ?? 0;
      }
      if (stretch === 0) stretch = size;
      size -= stretch;
      for (const part of parts.take(stretch)) found.push(by === undefined ? part : { ...part, by });
    }
  }
  return found;
}

/** The length of a piece, in UTF-16 code units. */
export function lengthOf({ insert }: Piece): number {
  return typeof insert === "string" ? insert.length : 1;
}

/** Reads pieces from their beginning on. */
class Reader {
  readonly #pieces: readonly Piece[];
  #at = 0;
  #offset = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** The next so many units, or what is left. */
  *take(units: number): Generator<Piece, void> {
    let left = units;
    while (left > 0) {
      const piece = this.#pieces[this.#at];
      if (!piece) return;
      const whole = lengthOf(piece);
      const end = Math.min(whole, this.#offset + left);
      left -= end - this.#offset;
      const { insert } = piece;
      yield typeof insert === "string"
        ? { ...piece, insert: insert.slice(this.#offset, end) }
        : piece;
      this.#offset = end;
      if (end < whole) return;
      this.#at++;
      this.#offset = 0;
    }
  }
}

import { CoscribeError } from "../errors.ts";
import { type Delta, insert, type Op, remove, retain, size } from "./types.ts";

/**
 * Hands out the components of a delta in pieces of the length that is asked
 * for, and past its end an endless retain: so compose and transform need no
 * case for which side is longer. (The idea is quill-delta's.)
 */
export class OpIterator {
  readonly #ops: Delta;
  #index = 0;
  #offset = 0;

  constructor(ops: Delta) {
    this.#ops = ops;
  }

  /** The component that the next piece is taken from; `undefined` past the end. */
  get op(): Op | undefined {
    return this.#ops[this.#index];
  }

  /** How much of it is left, in units. */
  get left(): number {
    const op = this.op;
    return op ? size(op) - this.#offset : Number.POSITIVE_INFINITY;
  }

  /** The next piece, at most `n` units of it. Fails where that cuts a surrogate pair. */
  take(n = Number.POSITIVE_INFINITY): Op {
    const op = this.op;
    if (!op) return retain(n);
    const from = this.#offset;
    if (n < this.left) {
      this.#offset += n;
      return piece(op, from, from + n);
    }
    this.#index++;
    this.#offset = 0;
    return from === 0 ? op : piece(op, from, size(op));
  }

  /** The next components that are whole, no deletes, and within `n` units together. */
  whole(n: number): Delta {
    if (this.#offset > 0) return [];
    const from = this.#index;
    let left = n;
    for (let op = this.op; op && op.delete === undefined; op = this.op) {
      left -= size(op);
      if (left < 0) break;
      this.#index++;
    }
    return this.#ops.slice(from, this.#index);
  }

  /** All that is left. */
  rest(): Delta {
    if (this.#offset === 0) return this.#ops.slice(this.#index);
    const first = this.take();
    return [first, ...this.#ops.slice(this.#index)];
  }
}

function piece(op: Op, from: number, to: number): Op {
  if (op.delete !== undefined) return remove(to - from);
  if (op.retain !== undefined) return retain(to - from, op.attributes);
  const text = op.insert as string; // an embed is one unit long and never cut
  if (cutsPair(text, from) || cutsPair(text, to)) {
    throw new CoscribeError("invalid_op", "the op cuts a surrogate pair");
  }
  return insert(text.slice(from, to), op.attributes);
}

/** Whether a place in a text is between the two halves of one character. */
export function cutsPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at - 1) & 0xfc00;
  return high === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

import { equal } from "./attributes.ts";
import { type Delta, type InsertOp, insert, type Op, remove, retain, size } from "./types.ts";

/**
 * Makes a delta in normal form, component by component: neighbours of a kind
 * and with equal attributes are one, an insert stands before a delete at the
 * same place, and nothing of length zero is kept.
 */
export class Builder {
  readonly #ops: Op[] = [];
  readonly #most: number;
  #isParted = false;

  /** Texts that would be longer together than `most` units stay apart: normal form has no such limit. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Appends a component. */
  push(op: Op): this {
    if (size(op) === 0) return this;
    const ops = this.#ops;
    // Which of the two comes first does not matter to a document, but to
    // transform: the order has to be the same everywhere.
    const behind = op.insert !== undefined && ops.at(-1)?.delete !== undefined ? ops.pop() : null;
    const last = ops.at(-1);
    const merged = last && this.#merge(last, op);
    if (merged) ops[ops.length - 1] = merged;
    else ops.push(tidy(op));
    if (behind) ops.push(behind);
    return this;
  }

  /** Appends components that are in normal form among themselves. */
  append(rest: Delta): this {
    let i = 0;
    // An insert may have to go in front of what is here, or merge with it.
    do {
      const op = rest[i++];
      if (op) this.push(op);
    } while (i < rest.length && this.#ops.at(-1)?.delete !== undefined);
    for (; i < rest.length; i++) this.#ops.push(rest[i] as Op);
    return this;
  }

  /** Whether two texts stayed apart that would be one in normal form. */
  get isParted(): boolean {
    return this.#isParted;
  }

  #merge(last: Op, op: Op): Op | null {
    if (size(last) + size(op) <= this.#most) return merge(last, op);
    this.#isParted = true; // or so it may be
    return null;
  }

  /** What was built, without a plain retain at its end. */
  delta(): Delta {
    const last = this.#ops.at(-1);
    if (last?.retain !== undefined && !last.attributes) this.#ops.pop();
    return this.#ops;
  }
}

/** The delta in normal form. */
export function normalize(delta: Delta): Delta {
  const out = new Builder();
  for (const op of delta) out.push(op);
  return out.delta();
}

function merge(a: Op, b: Op): Op | null {
  if (a.delete !== undefined) return b.delete === undefined ? null : remove(a.delete + b.delete);
  if (b.delete !== undefined || !sameFormats(a, b)) return null;
  if (a.retain !== undefined) {
    return b.retain === undefined ? null : retain(a.retain + b.retain, a.attributes);
  }
  if (typeof a.insert !== "string" || typeof b.insert !== "string") return null;
  return insert(a.insert + b.insert, a.attributes);
}

function sameFormats(a: Op, b: Op): boolean {
  return a.attributes === b.attributes || equal(a.attributes ?? {}, b.attributes ?? {});
}

/** Empty attributes count as none. */
function tidy(op: Op): Op {
  if (!op.attributes || Object.keys(op.attributes).length > 0) return op;
  return op.retain === undefined ? insert((op as InsertOp).insert) : retain(op.retain);
}

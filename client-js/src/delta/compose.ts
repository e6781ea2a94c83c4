import { CoscribeError } from "../errors.ts";
import { composeFormats } from "./attributes.ts";
import { Builder } from "./builder.ts";
import { OpIterator } from "./iterator.ts";
import { baseLength, type Delta, insert, length, type Op, retain, size } from "./types.ts";

/** The one delta that does `a`, then `b`. In normal form where both are. */
export function compose(a: Delta, b: Delta): Delta {
  return composeInto(a, b, new Builder());
}

/** {@link compose}, by a builder that was made for it. */
export function composeInto(a: Delta, b: Delta, out: Builder): Delta {
  const first = new OpIterator(a);
  const second = new OpIterator(b);
  while (second.op) {
    if (second.op.insert !== undefined) out.push(second.take());
    else if (first.op?.delete !== undefined) out.push(first.take());
    else if (second.op.retain !== undefined && !second.op.attributes) {
      untouched(first, second, out);
    } else {
      const n = Math.min(first.left, second.left);
      const composed = one(first.take(n), second.take(n));
      if (composed) out.push(composed);
    }
  }
  // What is left of the first stands as it is: only its beginning can merge.
  return out.append(first.rest()).delta();
}

/** What a plain retain of the second leaves of the first: most of a long document. */
function untouched(first: OpIterator, second: OpIterator, out: Builder): void {
  const whole = first.whole(second.left);
  out.append(whole);
  const passed = whole.reduce((n, op) => n + size(op), 0);
  if (passed > 0) second.take(passed);
  else {
    const n = Math.min(first.left, second.left);
    second.take(n);
    out.push(first.take(n));
  }
}

/** An insert or retain of the first delta under a retain or delete of the second, equally long. */
function one(a: Op, b: Op): Op | null {
  if (b.delete !== undefined) return a.insert === undefined ? b : null;
  const formats = composeFormats(a.attributes, b.attributes, a.insert === undefined);
  return a.insert === undefined ? retain(b.retain as number, formats) : insert(a.insert, formats);
}

/**
 * Composes deltas that follow each other, in halves: the work grows with
 * n · log n, where one after the other it may grow with n². Transforming over
 * the result is not the same as over the deltas one by one.
 */
export function composeAll(deltas: readonly Delta[]): Delta {
  if (deltas.length <= 2) {
    const [a = [], b] = deltas;
    return b ? compose(a, b) : a;
  }
  const middle = deltas.length >> 1;
  return compose(composeAll(deltas.slice(0, middle)), composeAll(deltas.slice(middle)));
}

/** The document after `op`. Fails, with `invalid_op`, where `op` does not fit it. */
export function apply(content: Delta, op: Delta): Delta {
  mustFit(op, content);
  return compose(content, op);
}

/** Fails, with `invalid_op`, where an op is longer than a content. */
export function mustFit(op: Delta, content: Delta): void {
  const [have, need] = [length(content), baseLength(op)];
  if (need <= have) return;
  throw new CoscribeError("invalid_op", `the op needs ${need} of the document's ${have} units`);
}

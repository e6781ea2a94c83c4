import { CoscribeError } from "../errors.ts";
import { invertFormats } from "./attributes.ts";
import { Builder } from "./builder.ts";
import { OpIterator } from "./iterator.ts";
import { type Delta, remove, retain, size } from "./types.ts";

/** The delta that takes `op` back, where `base` is the document before it. Fails past its end. */
export function invert(op: Delta, base: Delta): Delta {
  const before = new OpIterator(base);
  const out = new Builder();
  for (const step of op) {
    if (step.insert !== undefined) {
      out.push(remove(size(step)));
      continue;
    }
    for (let n = size(step); n > 0; ) {
      if (!before.op) throw new CoscribeError("invalid_op", "the op reaches past the document");
      const piece = before.take(Math.min(n, before.left));
      n -= size(piece);
      if (step.delete !== undefined) out.push(piece);
      else out.push(retain(size(piece), invertFormats(step.attributes, piece.attributes)));
    }
  }
  return out.delta();
}

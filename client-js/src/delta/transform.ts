import { transformFormats } from "./attributes.ts";
import { Builder } from "./builder.ts";
import { OpIterator } from "./iterator.ts";
import { type Delta, type Op, retain, size } from "./types.ts";

/**
 * `b` as it must be applied after `a`, both made on the same document. With
 * `priority`, `a` goes first: its inserts end up in front of those of `b` at
 * the same place, and its attributes stand where both set one. The server's
 * rule is `transform(committed, op, true)`.
 */
export function transform(a: Delta, b: Delta, priority: boolean): Delta {
  const over = new OpIterator(a);
  const from = new OpIterator(b);
  const out = new Builder();
  while (from.op) {
    if (over.op?.insert !== undefined && (priority || from.op.insert === undefined)) {
      out.push(retain(size(over.take())));
    } else if (from.op.insert !== undefined) {
      out.push(from.take());
    } else {
      const n = Math.min(over.left, from.left);
      const left = one(over.take(n), from.take(n), priority);
      if (left) out.push(left);
    }
  }
  return out.delta();
}

/** A retain or delete under one of the other side, equally long. */
function one(a: Op, b: Op, priority: boolean): Op | null {
  if (a.delete !== undefined) return null;
  if (b.retain === undefined) return b;
  return retain(b.retain, transformFormats(a.attributes, b.attributes, priority));
}

/** Both sides of a diamond: `b` after `a`, which goes first, and `a` after `b`. */
export function cross(a: Delta, b: Delta): { a: Delta; b: Delta } {
  return { a: transform(b, a, false), b: transform(a, b, true) };
}

/**
 * Where the place before the unit at `index` is after the delta. An insert at
 * the very place moves it, unless with `priority`.
 */
export function transformPosition(delta: Delta, index: number, priority: boolean): number {
  let at = 0;
  let place = index;
  for (const op of delta) {
    if (at > place) break;
    if (op.delete !== undefined) {
      place -= Math.min(op.delete, place - at);
      continue;
    }
    if (op.insert !== undefined && (at < place || !priority)) place += size(op);
    at += size(op);
  }
  return place;
}

/**
 * Where a cursor is after the delta: its author's own goes behind what is
 * inserted at the very place, everyone else's stays in front of it.
 */
export function transformCursor(delta: Delta, index: number, own: boolean): number {
  return transformPosition(delta, index, !own);
}

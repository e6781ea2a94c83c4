import { Builder, type Delta, diff } from "../delta/index.ts";
import { OpIterator } from "../delta/iterator.ts";
import { middle } from "../delta/middle.ts";
import { size } from "../delta/types.ts";

/**
 * A delta that takes one content to another. Of several it is the one that a
 * caret at that place makes most likely: what follows the caret was there
 * before, so that of several equal letters the right one is new.
 */
export function difference(from: Delta, to: Delta, caret: number | undefined): Delta {
  const [a, b] = [textOf(from), textOf(to)];
  const { ahead, behind } = middle(a, b, caret);
  const [x, y] = [new OpIterator(from), new OpIterator(to)];
  const out = new Builder();
  for (const [left, right] of [
    [ahead, ahead],
    [a.length - behind - ahead, b.length - behind - ahead],
    [behind, behind],
  ] as const) {
    part(out, take(x, left), take(y, right), left);
  }
  return out.delta();
}

/** One unit for each unit of a content. */
function textOf(content: Delta): string {
  return content.map(({ insert }) => (typeof insert === "string" ? insert : "\ufffc")).join("");
}

function take(content: OpIterator, units: number): Delta {
  const out = new Builder();
  for (let left = units; left > 0; ) {
    const piece = content.take(Math.min(left, content.left));
    out.push(piece);
    left -= size(piece);
  }
  return out.delta();
}

function part(out: Builder, from: Delta, to: Delta, length: number): void {
  let left = length;
  for (const op of diff(from, to)) {
    out.push(op);
    if (op.insert === undefined) left -= size(op);
  }
  out.push({ retain: left });
}

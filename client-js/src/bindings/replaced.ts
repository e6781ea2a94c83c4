import { type Delta, normalize } from "../delta/index.ts";
import { cutsPair } from "../delta/iterator.ts";

/**
 * What was done to a text field, from what it held before and after and where
 * the caret is then. The caret tells which of several equal letters is new:
 * what follows it was there before.
 */
export function replaced(before: string, after: string, caret: number): Delta {
  const shorter = Math.min(before.length, after.length);
  let behind = alikeBehind(before, after, Math.min(shorter, after.length - caret));
  let ahead = alikeAhead(before, after, shorter - behind);
  // Characters that share half of their units are different ones all the same.
  if (cutsPair(before, ahead) || cutsPair(after, ahead)) ahead--;
  if (cutsPair(before, before.length - behind) || cutsPair(after, after.length - behind)) behind--;
  return normalize([
    { retain: ahead },
    { insert: after.slice(ahead, after.length - behind) },
    { delete: before.length - behind - ahead },
  ]);
}

/** Texts are compared by blocks of this length: engines do that far faster than by letters. */
const block = 4096;

/** How many of the first `most` units are the same in both. */
function alikeAhead(a: string, b: string, most: number): number {
  let n = 0;
  while (n + block <= most && a.slice(n, n + block) === b.slice(n, n + block)) n += block;
  while (n < most && a[n] === b[n]) n++;
  return n;
}

/** How many of the last `most` units are the same in both. */
function alikeBehind(a: string, b: string, most: number): number {
  const [endA, endB] = [a.length, b.length];
  const same = (from: number, to: number): boolean =>
    a.slice(endA - to, endA - from) === b.slice(endB - to, endB - from);
  let n = 0;
  while (n + block <= most && same(n, n + block)) n += block;
  while (n < most && same(n, n + 1)) n++;
  return n;
}

/** The text after a delta. */
export function applied(text: string, delta: Delta): string {
  let at = 0;
  let out = "";
  for (const { insert, retain, delete: gone } of delta) {
    if (insert !== undefined) out += insert;
    else if (retain !== undefined) out += text.slice(at, at + retain);
    at += retain ?? gone ?? 0;
  }
  return out + text.slice(at);
}

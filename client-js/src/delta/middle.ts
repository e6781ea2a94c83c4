import { cutsPair } from "./iterator.ts";

/** What two texts have in common at their ends, in units; never half a character. */
export interface Middle {
  readonly ahead: number;
  readonly behind: number;
}

/**
 * Where two texts differ. With a caret, a place of the second, what follows
 * that counts as the same first: it tells which of several equal letters is new.
 */
export function middle(before: string, after: string, caret = 0): Middle {
  const shorter = Math.min(before.length, after.length);
  const most = Math.min(shorter, Math.max(after.length - caret, 0));
  let behind = alikeBehind(before, after, most);
  let ahead = alikeAhead(before, after, shorter - behind);
  // Characters that share half of their units are different ones all the same.
  if (cutsPair(before, ahead) || cutsPair(after, ahead)) ahead--;
  if (cutsPair(before, before.length - behind) || cutsPair(after, after.length - behind)) behind--;
  return { ahead, behind };
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

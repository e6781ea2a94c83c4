import { type Delta, normalize } from "../delta/index.ts";
import { cutsPair } from "../delta/iterator.ts";

/**
 * What was done to a text field, from what it held before and after and where
 * the caret is then. The caret tells which of several equal letters is new:
 * what follows it was there before.
 */
export function replaced(before: string, after: string, caret: number): Delta {
  const shorter = Math.min(before.length, after.length);
  let behind = 0;
  const most = Math.min(shorter, after.length - caret);
  while (behind < most && before.at(-1 - behind) === after.at(-1 - behind)) behind++;
  let ahead = 0;
  while (ahead < shorter - behind && before[ahead] === after[ahead]) ahead++;
  // Characters that share half of their units are different ones all the same.
  if (cutsPair(before, ahead) || cutsPair(after, ahead)) ahead--;
  if (cutsPair(before, before.length - behind) || cutsPair(after, after.length - behind)) behind--;
  return normalize([
    { retain: ahead },
    { insert: after.slice(ahead, after.length - behind) },
    { delete: before.length - behind - ahead },
  ]);
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

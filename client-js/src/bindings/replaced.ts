import { type Delta, normalize } from "../delta/index.ts";
import { middle } from "../delta/middle.ts";

/**
 * What was done to a text field, from what it held before and after and where
 * the caret is then. The caret tells which of several equal letters is new:
 * what follows it was there before.
 */
export function replaced(before: string, after: string, caret: number): Delta {
  const { ahead, behind } = middle(before, after, caret);
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

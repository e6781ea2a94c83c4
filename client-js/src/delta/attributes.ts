import type { Attributes, Json } from "./types.ts";

/** Whether two JSON values are the same, the order of an object's keys aside. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => Object.hasOwn(y, key) && equal(x[key], y[key]))
  );
}

/** Attributes that are not there are `undefined`; an empty object is never kept. */
export type Formats = Attributes | undefined;

const own = (a: Formats, key: string): Json | undefined =>
  a && Object.hasOwn(a, key) ? a[key] : undefined;

function from(entries: [string, Json][]): Formats {
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** `a`, then `b`. Over an insert, a `null` in `b` is spent; over a retain it goes on. */
export function composeFormats(a: Formats, b: Formats, keepNull: boolean): Formats {
  if (!b) return a;
  const kept = Object.entries(b).filter(([, value]) => keepNull || value !== null);
  const below = Object.entries(a ?? {}).filter(([key]) => !Object.hasOwn(b, key));
  return from([...kept, ...below]);
}

/** What is left of `b` after `a`, which stands where both set one if it has priority. */
export function transformFormats(a: Formats, b: Formats, priority: boolean): Formats {
  if (!a || !b || !priority) return b;
  return from(Object.entries(b).filter(([key]) => !Object.hasOwn(a, key)));
}

/**
 * What takes `a` back from what was formatted as `base`. Objects count as
 * changed even where they are equal, as in the reference.
 */
export function invertFormats(a: Formats, base: Formats): Formats {
  if (!a) return undefined;
  const entries = Object.entries(a);
  return from(
    entries
      .filter(([key, value]) => {
        const before = own(base, key);
        return before !== value || (typeof value === "object" && value !== null);
      })
      .map(([key]) => [key, own(base, key) ?? null]),
  );
}

/** What takes content formatted as `a` to being formatted as `b`. */
export function diffFormats(a: Formats, b: Formats): Formats {
  const set = Object.entries(b ?? {}).filter(([key, value]) => !equal(own(a, key), value));
  const gone = Object.keys(a ?? {}).filter((key) => own(b, key) === undefined);
  return from([...set, ...gone.map((key): [string, Json] => [key, null])]);
}

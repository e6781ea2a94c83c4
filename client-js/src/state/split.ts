import { Builder, type Delta, type Op } from "../delta/index.ts";
import { cutsPair } from "../delta/iterator.ts";
import { insert, retain, size } from "../delta/types.ts";
import { CoscribeError } from "../errors.ts";
import type { Limits } from "../wire.ts";

/** What a message holds around its op, at most: kind, document, revision, seq. */
const envelope = 256;
/** A unit of text takes at most this many bytes in JSON: \u0000. */
const bytesPerUnit = 6;

/**
 * How many bytes an op may have when it is sent. Half of what the server
 * takes, because it may grow when it is transformed, and cannot be cut then.
 */
export function budget(limits: Limits): number {
  return Math.max(envelope, limits.message / 2 - envelope);
}

/** The bytes of a value in JSON. */
function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Whether an op has at most so many bytes in JSON. */
export function within(op: Delta, most: number): boolean {
  const units = JSON.stringify(op).length;
  return units * 3 <= most || (units <= most && bytes(op) <= most);
}

/**
 * The op as several that follow each other, each within a number of bytes.
 * Fails, with `too_large`, where one component alone is larger and no text.
 */
export function split(op: Delta, most: number): Delta[] {
  if (within(op, most)) return [op];
  const parts: Delta[] = [];
  let part = new Builder();
  let used = 0;
  let at = 0;
  for (const piece of op.flatMap((whole) => [...cut(whole, most)])) {
    const weight = bytes(piece) + 1;
    if (used + weight > most && used > 0) {
      parts.push(part.delta());
      part = new Builder().push(retain(at));
      used = bytes(retain(at));
    }
    part.push(piece);
    used += weight;
    at += piece.delete === undefined ? size(piece) : 0;
  }
  return [...parts, part.delta()].filter((delta) => delta.length > 0);
}

/** A component in pieces that leave room for a retain in front of them. */
function* cut(op: Op, most: number): Generator<Op> {
  const room = most - bytes(op.attributes ?? {}) - 100;
  const text = op.insert;
  if (typeof text !== "string") {
    if (bytes(op) > most - 100) throw tooLarge();
    yield op;
    return;
  }
  const step = Math.floor(room / bytesPerUnit);
  if (step < 2) throw tooLarge();
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + step, text.length);
    if (cutsPair(text, to)) to--;
    yield insert(text.slice(from, to), op.attributes);
    from = to;
  }
}

function tooLarge(): CoscribeError {
  return new CoscribeError("too_large", "the edit is larger than a message may be");
}

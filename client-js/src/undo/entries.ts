import { compose, cross, type Delta } from "../delta/index.ts";
import { size } from "../delta/types.ts";
import { moveCursor } from "../state/presence.ts";
import type { Cursor } from "../wire.ts";

/** What can be undone, or redone, in one go. */
export interface Entry {
  /** What does it, on the content that the entries above it leave. */
  readonly delta: Delta;
  /** Where the caret belongs after it; `null` for the end of what it changes. */
  readonly cursor: Cursor | null;
  /** Where the caret belongs after it was taken back again. */
  readonly back: Cursor | null;
}

/** How much text the entries of one stack may hold together, in units. */
const mostUnits = 4 << 20;

/**
 * Entries in the order in which they are undone, the last first:
 *
 *     content ── last ──▶ · ── last but one ──▶ · ── … ──▶
 */
export class Entries {
  readonly #depth: number;
  #list: readonly Entry[] = [];

  constructor(depth: number) {
    this.#depth = depth;
  }

  get last(): Entry | undefined {
    return this.#list.at(-1);
  }

  /** Adds an entry, unless it would do nothing. */
  push(entry: Entry): void {
    if (entry.delta.length === 0) return;
    this.#list = [...this.#list, entry].slice(-this.#depth);
    let units = 0;
    const first = this.#list.findLastIndex(({ delta }) => {
      units += weight(delta);
      return units > mostUnits;
    });
    if (first >= 0) this.#list = this.#list.slice(first + 1);
  }

  pop(): void {
    this.#list = this.#list.slice(0, -1);
  }

  /** Makes the last entry take one more edit back first. */
  extend(delta: Delta): void {
    const { last } = this;
    if (!last) return;
    this.pop();
    this.push({ delta: compose(delta, last.delta), cursor: last.cursor, back: null });
  }

  clear(): void {
    this.#list = [];
  }

  /**
   * Moves all entries over a change that is none of them, which stands where
   * both set a format. What it leaves nothing of is dropped.
   *
   *     content ── delta ──▶ ·
   *        │                 │
   *      under             under'
   *        ▼                 ▼
   *        ·  ── delta' ──▶  ·
   */
  transform(change: Delta): void {
    let under = change;
    const moved = [...this.#list].reverse().flatMap((entry): Entry[] => {
      const { a, b } = cross(under, entry.delta);
      const cursor = moveCursor(entry.cursor, a, false);
      const back = moveCursor(entry.back, under, false);
      under = a;
      return b.length > 0 ? [{ delta: b, cursor, back }] : [];
    });
    this.#list = moved.reverse();
  }
}

/** The text that a delta holds, in units. */
function weight(delta: Delta): number {
  return delta.reduce((n, op) => n + (op.insert === undefined ? 0 : size(op)), 0);
}

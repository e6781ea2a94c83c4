import type { Delta } from "./delta/index.ts";
import type { OwnPresence } from "./state/index.ts";
import { moveCursor, nobody } from "./state/presence.ts";

/** What one of those on a page shows of the person. */
interface Shown extends OwnPresence {
  readonly origin: unknown;
}

/**
 * What all who use a document on one page show of the person, while the others
 * see one of them: the one that moved its cursor last, and when that has gone
 * the one that did before it.
 */
export class Showing {
  /** Who did something last stands last. */
  #all: readonly Shown[] = [];

  /** What the others are to see. */
  get one(): OwnPresence {
    const last = this.#all.findLast(({ cursor }) => cursor);
    const named = last?.state ? last : this.#all.findLast(({ state }) => state);
    return { cursor: last?.cursor ?? null, state: named?.state ?? null };
  }

  /**
   * Changes what one of them shows; a null state takes its cursor back, too.
   * Without an origin it stands in place of what all of them show.
   */
  set(origin: unknown, shown: Partial<OwnPresence>): void {
    const change = shown.state === null ? nobody : shown;
    const own = this.#all.find((each) => each.origin === origin) ?? { origin, ...nobody };
    const others = this.#all.filter((each) => each !== own);
    const gone = Object.fromEntries(Object.keys(change).map((part) => [part, null]));
    const left = origin === undefined ? others.map((each) => ({ ...each, ...gone })) : others;
    this.#all = [...left, { ...own, ...change }].filter(({ cursor, state }) => cursor || state);
  }

  /** Moves all cursors with the text, `own` where it was changed here. */
  move(delta: Delta, own: boolean): void {
    this.#all = this.#all.map((each) => ({
      ...each,
      cursor: moveCursor(each.cursor, delta, own),
    }));
  }
}

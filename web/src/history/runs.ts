/** The runs of editing, the newest first: earlier ones are fetched when they are wanted. */
import type { Rest, Run } from "coscribe/rest";

/** How many changes are looked at for the first runs; four times as many each time they hold few. */
const firstReach = 1000;
/** How many runs make a page worth looking at. */
const enough = 20;
/** How many runs are remembered that are earlier than the known ones. */
const visits = 50;

export class Runs {
  readonly #rest: Rest;
  readonly #id: string;
  #runs: Run[] = [];
  /** Of the earlier ones, those that someone looked at last. */
  #visited: Run[] = [];
  #reach = firstReach;

  constructor(rest: Rest, id: string) {
    this.#rest = rest;
    this.#id = id;
  }

  /** The runs that are known, the oldest first, without a gap up to the newest. */
  get known(): readonly Run[] {
    return this.#runs;
  }

  get hasEarlier(): boolean {
    return (this.#runs[0]?.from ?? 0) > 0;
  }

  /** The known run that a revision is in. */
  at(rev: number): Run | undefined {
    return [...this.#visited, ...this.#runs].find(({ from, to }) => from < rev && rev <= to);
  }

  /** The run that a revision is in. */
  async find(rev: number, signal: AbortSignal): Promise<Run | undefined> {
    const known = this.at(rev);
    if (known || rev === 0) return known;
    const options = { after: rev - 1, limit: 1, signal };
    const [run] = (await this.#rest.listHistory(this.#id, options).page()).items;
    if (run) this.#visited = [run, ...this.#visited].slice(0, visits);
    return run;
  }

  /** Fetches what is earlier than the known runs: all since `head` at first. */
  async loadEarlier(head: number, signal: AbortSignal): Promise<void> {
    const goal = this.#runs.length + enough;
    while (this.#runs.length < goal) {
      const end = this.#runs[0]?.from ?? head;
      if (end === 0) return;
      const found = await this.#between(Math.max(0, end - this.#reach), end, signal);
      this.#runs = [...found, ...this.#runs];
      if (found.length < enough) this.#reach *= 4;
    }
  }

  /** Fetches what has come since, and what is no longer as it was: a name divides a run. */
  async refresh(head: number, signal: AbortSignal): Promise<void> {
    const start = this.#runs[0]?.from;
    if (start === undefined) return this.loadEarlier(head, signal);
    this.#runs = await this.#between(start, head, signal);
    this.#visited = [];
  }

  async #between(after: number, end: number, signal: AbortSignal): Promise<Run[]> {
    const found: Run[] = [];
    const options = { after, limit: 1000, signal };
    for await (const { items } of this.#rest.listHistory(this.#id, options).pages()) {
      found.push(...items);
      if ((items.at(-1)?.to ?? end) >= end) break;
    }
    return found.filter(({ from }) => from < end);
  }
}

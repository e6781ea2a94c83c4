/** What the server knows of a document's past; a few answers are kept. */
import type { Delta } from "coscribe";
import { type Authorship, type Diff, type Rest, RestError } from "coscribe/rest";
import { Cache } from "./cache.ts";

/** When a revision was committed, and by whom; a document is created by nobody in particular. */
export interface Committed {
  readonly rev: number;
  readonly at: string;
  readonly user: string | undefined;
}

export class Past {
  readonly id: string;
  readonly #rest: Rest;
  readonly #contents = new Cache<Delta>(8);
  readonly #diffs = new Cache<Diff>(8);
  readonly #authors = new Cache<Authorship>(2);
  readonly #commits = new Cache<Committed>(500);

  constructor(rest: Rest, id: string) {
    this.#rest = rest;
    this.id = id;
  }

  content(rev: number, signal: AbortSignal): Promise<Delta> {
    return this.#contents.get(`${rev}`, async () => {
      const { content } = await this.#rest.getContent(this.id, { rev, signal });
      return content;
    });
  }

  diff(from: number, to: number, signal: AbortSignal): Promise<Diff> {
    return this.#diffs.get(`${from} ${to}`, () =>
      this.#rest.getDiff(this.id, { from, to, signal }),
    );
  }

  authorship(rev: number, signal: AbortSignal): Promise<Authorship> {
    return this.#authors.get(`${rev}`, () => this.#rest.getAuthorship(this.id, { rev, signal }));
  }

  /** The change that led to a revision. */
  committed(rev: number, signal: AbortSignal): Promise<Committed> {
    return this.#commits.get(`${rev}`, async () => {
      if (rev === 0) {
        const { created } = await this.#rest.getDocument(this.id, { signal });
        return { rev, at: created, user: undefined };
      }
      const options = { after: rev - 1, limit: 1, signal };
      const [change] = (await this.#rest.listChanges(this.id, options).page()).items;
      if (!change) throw new RestError(404, "not_found", `there is no revision ${rev}`);
      return { rev: change.rev, at: change.at, user: change.user };
    });
  }

  /**
   * The squashed run that a revision is in or ends: its end is the moment that
   * is kept, and `committed` knows it from now on. `after` is an earlier
   * revision that is kept.
   */
  async squashed(rev: number, after: number, signal: AbortSignal): Promise<Committed | undefined> {
    const options = { after, limit: 1000, signal };
    for await (const { rev: end, at, user } of this.#rest.listChanges(this.id, options)) {
      if (end < rev) continue;
      const found = { rev: end, at, user };
      this.#commits.put(`${end}`, found);
      return found;
    }
    return undefined;
  }

  /** What `committed` has told before. */
  known(rev: number): Committed | undefined {
    return this.#commits.peek(`${rev}`);
  }
}

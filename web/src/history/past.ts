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

  /** The change that led to a revision, or, where that is one of a squashed run, to its end. */
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

  /** What `committed` has told before. */
  known(rev: number): Committed | undefined {
    return this.#commits.peek(`${rev}`);
  }
}

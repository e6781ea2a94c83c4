/** One answer of a list. */
export interface Page<T, Cursor> {
  readonly items: readonly T[];
  /** Goes into `after` for the next page; `null` at the end. */
  readonly next: Cursor | null;
}

/**
 * A list that is fetched page by page as it is walked:
 *
 *     for await (const doc of rest.listDocuments()) …
 *     for await (const { items } of rest.listDocuments().pages()) …
 *     const { items, next } = await rest.listDocuments({ after }).page();
 *
 * Each walk begins anew.
 */
export class List<T, Cursor> implements AsyncIterable<T> {
  readonly #fetch: (after: Cursor | undefined) => Promise<Page<T, Cursor>>;
  readonly #after: Cursor | undefined;

  constructor(
    fetch: (after: Cursor | undefined) => Promise<Page<T, Cursor>>,
    after: Cursor | undefined,
  ) {
    this.#fetch = fetch;
    this.#after = after;
  }

  /** The first page alone. */
  page(): Promise<Page<T, Cursor>> {
    return this.#fetch(this.#after);
  }

  /** All pages. */
  async *pages(): AsyncGenerator<Page<T, Cursor>, void> {
    let page = await this.page();
    yield page;
    while (page.next !== null) {
      page = await this.#fetch(page.next);
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for await (const { items } of this.pages()) yield* items;
  }
}

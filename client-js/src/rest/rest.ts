import { RestError } from "./error.ts";
import { arriving, type CallOptions, Http, type RestOptions } from "./http.ts";
import { List, type Page } from "./list.ts";
import type {
  Authorship,
  Change,
  Committed,
  Content,
  Diff,
  DocumentInfo,
  Format,
  Moment,
  NewChange,
  NewDocument,
  NewVersion,
  Presence,
  Restored,
  Run,
  Submitter,
  Version,
  Whose,
  Written,
} from "./types.ts";

/** Where a list begins, and how long its pages are. */
export interface ListOptions<Cursor> extends CallOptions {
  /** What comes after this: a revision, an id, or the `next` of a page. */
  readonly after?: Cursor;
  /** The most that a page has: 1 to 1,000, 100 unless given. */
  readonly limit?: number;
}

export interface MatchOptions extends CallOptions {
  /** The `etag` of a content: where that is no longer the head, the call is refused (412). */
  readonly ifMatch?: string;
}

/**
 * The REST API of a server: one method for each call, named as the server's
 * OpenAPI description names it. It holds no connection and needs no closing.
 * What goes wrong is a RestError.
 */
export class Rest {
  readonly #http: Http;

  /** `url` is the server's address, `/` for the page's own. */
  constructor(url: string, options: RestOptions = {}) {
    this.#http = new Http(url, options);
  }

  /** Creates a document; `bad_revision` (409) where there is one of that id. */
  createDocument<F extends Format = "delta">(
    document: NewDocument<F> = {},
    options: CallOptions = {},
  ): Promise<DocumentInfo> {
    return this.#http.json("POST", "/v1/documents", { ...options, body: document });
  }

  /** The documents that the token may read, by id. */
  listDocuments({
    prefix,
    ...options
  }: ListOptions<string> & { readonly prefix?: string } = {}): List<DocumentInfo, string> {
    return this.#list("/v1/documents", "documents", options, { prefix });
  }

  getDocument(id: string, options: CallOptions = {}): Promise<DocumentInfo> {
    return this.#http.json("GET", path(id), options);
  }

  /** Erases every trace of it. Open sessions are told. */
  async deleteDocument(id: string, options: CallOptions = {}): Promise<void> {
    await this.#http.send("DELETE", path(id), options);
  }

  /** The content at the head, or at an earlier moment. */
  async getContent<F extends Format = "delta">(
    id: string,
    {
      signal,
      format,
      rev,
      at,
      version,
    }: CallOptions & Moment & { readonly format?: F | undefined } = {},
  ): Promise<Content<F>> {
    const query = { format: format ?? "delta", rev, at, version };
    const call = { query, ...(signal && { signal }) };
    const response = await this.#http.send("GET", path(id, "content"), call);
    const body = query.format === "delta" ? response.json() : response.text();
    return { ...tag(response), content: (await arriving(body, signal)) as Written<F> };
  }

  /** Commits an edit, transformed and broadcast like any other. */
  submitChange(id: string, change: NewChange, options: MatchOptions = {}): Promise<Committed> {
    return this.#post(path(id, "changes"), change, options);
  }

  /** Committed changes after a revision, oldest first. */
  listChanges(id: string, options: ListOptions<number> = {}): List<Change, number> {
    return this.#list(path(id, "changes"), "changes", options);
  }

  /** The history in runs of editing, oldest first. Where `after` lies inside a run, the run is whole. */
  listHistory(id: string, options: ListOptions<number> = {}): List<Run, number> {
    return this.#list(path(id, "history"), "history", options);
  }

  /** What takes `from` to `to`, which is the head unless given and may be the earlier one. */
  getDiff(
    id: string,
    { signal, from, to }: CallOptions & { readonly from: number; readonly to?: number },
  ): Promise<Diff> {
    const query = { from, to, format: "delta" };
    return this.#http.json("GET", path(id, "diff"), { query, ...(signal && { signal }) });
  }

  /** The content at `to` as HTML, with what changed since `from` in `ins` and `del` elements. */
  getDiffHTML(
    id: string,
    { signal, from, to }: CallOptions & { readonly from: number; readonly to?: number },
  ): Promise<string> {
    const query = { from, to, format: "html" };
    return this.#http.text("GET", path(id, "diff"), { query, ...(signal && { signal }) });
  }

  /**
   * Who inserted what of the content at a revision, the head unless given. By
   * user, neighbours of one user are one run, with the newest of their changes.
   */
  getAuthorship(
    id: string,
    {
      signal,
      ...query
    }: CallOptions & { readonly rev?: number; readonly by?: "change" | "user" } = {},
  ): Promise<Authorship> {
    const call = { query, ...(signal && { signal }) };
    return this.#http.json("GET", path(id, "authorship"), call);
  }

  /** The named versions, the oldest name first. */
  listVersions(id: string, options: ListOptions<string> = {}): List<Version, string> {
    return this.#list(path(id, "versions"), "versions", options);
  }

  /** Gives a revision a name, which keeps it readable. */
  createVersion(id: string, version: NewVersion, options: CallOptions = {}): Promise<Version> {
    return this.#post(path(id, "versions"), version, options);
  }

  /** Takes a name away; the revision stays. */
  async deleteVersion(id: string, version: string, options: CallOptions = {}): Promise<void> {
    await this.#http.send("DELETE", path(id, "versions", version), options);
  }

  /** Commits a change after which the content is what it was. History is never rewritten. */
  restore(id: string, moment: Moment & Submitter, options: MatchOptions = {}): Promise<Restored> {
    return this.#post(path(id, "restore"), moment, options);
  }

  /** Who is in the document's room. */
  getPresence(id: string, options: CallOptions = {}): Promise<Presence> {
    return this.#http.json("GET", path(id, "presence"), options);
  }

  /** Ends sessions now; they do not come back by themselves. It is for an admin of `*`. */
  async dropSessions({ user, doc }: Whose, options: CallOptions = {}): Promise<void> {
    await this.#http.send("DELETE", "/v1/sessions", { ...options, query: { user, doc } });
  }

  #post<T>(path: string, body: object, { ifMatch, ...options }: MatchOptions): Promise<T> {
    return this.#http.json("POST", path, { ...options, body, headers: { "If-Match": ifMatch } });
  }

  #list<T, Cursor extends string | number>(
    path: string,
    name: string,
    { after: first, limit, ...options }: ListOptions<Cursor>,
    query: Readonly<Record<string, string | undefined>> = {},
  ): List<T, Cursor> {
    const fetch = async (after: Cursor | undefined): Promise<Page<T, Cursor>> => {
      const call = { ...options, query: { ...query, after, limit } };
      const { [name]: items, next } = await this.#http.json<Record<string, unknown>>(
        "GET",
        path,
        call,
      );
      return { items: items as readonly T[], next: next as Cursor | null };
    };
    return new List(fetch, first);
  }
}

function path(id: string, ...parts: string[]): string {
  return ["/v1/documents", ...[id, ...parts].map(encodeURIComponent)].join("/");
}

/** Which content it is, as the answer's ETag says. */
function tag({ status, headers }: Response): Omit<Content, "content"> {
  const etag = headers.get("ETag") ?? "";
  // A proxy that compresses makes it a weak one.
  const [, epoch, rev] = /^(?:W\/)?"([^".]+)\.(\d+)"$/.exec(etag) ?? [];
  if (epoch === undefined) {
    throw new RestError(status, "bad_message", "the answer does not say which revision it is");
  }
  return { epoch, rev: Number(rev), etag: `"${epoch}.${rev}"` };
}

import type { TokenSource } from "../renewal.ts";
import { problem, RestError } from "./error.ts";

export interface RestOptions {
  /** A JWT, or a function that is asked for one at each call. */
  readonly token?: TokenSource;
  /** What sends requests, where it is not the platform's `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up. It then rejects with the signal's reason; what it asked for may still be done. */
  readonly signal?: AbortSignal;
}

export interface Call extends CallOptions {
  /** What is `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
}

/** Sends requests to one server. */
export class Http {
  readonly #url: string;
  readonly #token: TokenSource | undefined;
  readonly #fetch: typeof fetch;

  constructor(url: string, { token, fetch = globalThis.fetch }: RestOptions) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
    // Called as a method it would complain.
    this.#fetch = (...request) => fetch(...request);
  }

  /** Resolves with the answer if it is the one that was asked for. */
  async send(method: string, path: string, call: Call = {}): Promise<Response> {
    const init: RequestInit = { method, headers: await this.#headers(call) };
    if (call.body) init.body = JSON.stringify(call.body);
    if (call.signal) init.signal = call.signal;
    const response = await arriving(
      this.#fetch(this.#url + path + search(call.query), init),
      call.signal,
    );
    if (response.ok) return response;
    throw await problem(response);
  }

  async json<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const response = await this.send(method, path, call);
    return arriving(response.json(), call.signal);
  }

  async text(method: string, path: string, call: Call = {}): Promise<string> {
    const response = await this.send(method, path, call);
    return arriving(response.text(), call.signal);
  }

  async #headers({ headers = {}, body }: Call): Promise<Headers> {
    const made = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) made.set(name, value);
    }
    if (body) made.set("Content-Type", "application/json");
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    if (token) made.set("Authorization", `Bearer ${token}`);
    return made;
  }
}

/** Waits for a part of an answer. */
export async function arriving<T>(part: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await part;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new RestError(0, "no_connection", "the server did not answer", { cause });
  }
}

function search(query: Call["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

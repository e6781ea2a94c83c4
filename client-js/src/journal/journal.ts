import { CoscribeError } from "../errors.ts";
import type { Keeper, Kept, Orphan, Tape } from "../keeper.ts";
import type { TokenSource } from "../renewal.ts";
import { endpoint, uuid } from "../socket.ts";
import { pending } from "../state/index.ts";
import { openIndexedDB } from "./indexeddb.ts";
import { Log } from "./log.ts";
import type { LogKey, Store } from "./store.ts";
import { userOf } from "./user.ts";

export interface JournalOptions {
  /**
   * Whose edits they are, by whatever tells users of this browser apart. Unless
   * given, the token is asked for and its `sub` is taken: then the token must be
   * there without a network, too.
   */
  readonly user?: string;
  /** Where logs are kept, by user and server: IndexedDB unless given. */
  readonly store?: (owner: { readonly user: string; readonly url: string }) => Promise<Store>;
}

/** How long a page that is reloaded may take to give its locks back, in milliseconds. */
const grace = 300;
/** How many logs of clients that are gone are kept although all of them was sent. */
const mostIdle = 32;

/** A client that is gone, whose lock is held here. */
interface Found {
  readonly client: string;
  readonly release: () => void;
  readonly logs: readonly Log[];
}

/**
 * Keeps what is typed over reloads and crashes, without a network, too. For
 * one session: `connect(url, { offline: new Journal() })`.
 *
 * Each client, that is each tab, has logs of its own and holds a lock on them.
 * A tab goes on as a client that is gone and had a document that it opens;
 * what other such clients had not sent, it sends for them.
 */
export class Journal implements Keeper {
  readonly #options: JournalOptions;
  #trouble: (error: CoscribeError) => void = () => {};
  #store: Store | null = null;
  #client = "";
  #release: () => void = () => {};
  /** By document, what was read already. */
  readonly #logs = new Map<string, Log>();

  readonly #hurry = (): void => {
    for (const log of this.#logs.values()) log.hurry();
  };

  constructor(options: JournalOptions = {}) {
    this.#options = options;
  }

  /**
   * Whether unsent edits of a document are kept that no open tab goes on with:
   * for pages that would ask the server about it first. `url` and `token` are
   * those of the session. `false` where nothing can be kept.
   */
  async holds(doc: string, url: string, token?: TokenSource): Promise<boolean> {
    try {
      const store = await this.#open(url, token);
      const found = await this.#gone(store, await store.list(), [doc], grace);
      for (const { release } of found) release();
      return found.some(({ logs }) => logs.some((log) => log.doc === doc && unsent(log) > 0));
    } catch {
      return false; // the session tells of it
    }
  }

  async claim({ url, token, documents, trouble }: Kept): ReturnType<Keeper["claim"]> {
    this.#trouble = trouble;
    this.#client = uuid();
    globalThis.addEventListener?.("pagehide", this.#hurry);
    try {
      const store = await this.#open(url, token);
      await this.#choose(store, documents());
      this.#store = store;
    } catch (cause) {
      this.#lost(cause);
    }
    const logs = [...this.#logs.values()].filter((log) => unsent(log) > 0);
    return { client: this.#client, unsent: logs.map(({ doc }) => doc) };
  }

  async open(doc: string): ReturnType<Keeper["open"]> {
    const store = this.#store;
    if (!store) return { tape: unkept(doc), orphans: [] };
    try {
      const key = { client: this.#client, doc };
      const log = this.#logs.get(doc) ?? (await this.#read(store, key));
      this.#logs.set(doc, log);
      return { tape: log, orphans: await this.#orphans(store, doc) };
    } catch (cause) {
      this.#lost(cause);
      return { tape: unkept(doc), orphans: [] };
    }
  }

  async rename(client: string): Promise<void> {
    const store = this.#store;
    if (!store) return;
    this.#client = client;
    const before = this.#release;
    try {
      this.#release = (await store.lock(client, 0)) ?? (() => {});
    } catch (cause) {
      this.#lost(cause);
    }
    await Promise.all([...this.#logs.values()].map((log) => log.move(client)));
    before();
  }

  close(): void {
    globalThis.removeEventListener?.("pagehide", this.#hurry);
    const idle = [...this.#logs.values()].map((log) => log.idle());
    void Promise.all(idle).then(() => this.#release());
  }

  async #open(url: string, token: TokenSource | undefined): Promise<Store> {
    const user = this.#options.user ?? (await userOf(token));
    const open = this.#options.store ?? openIndexedDB;
    return open({ user, url: endpoint(url) });
  }

  /** Goes on as the client that left most, among those who are gone and had such a document. */
  async #choose(store: Store, documents: readonly string[]): Promise<void> {
    const all = await store.list();
    const found = await this.#gone(store, all, documents, grace);
    const [best, ...others] = found.sort((a, b) => left(b) - left(a));
    for (const { release } of others) release();
    if (best) {
      this.#client = best.client;
      for (const log of best.logs) this.#logs.set(log.doc, log);
    }
    this.#release = best?.release ?? (await store.lock(this.#client, 0)) ?? (() => {});
    void this.#tidy(store, all).catch(() => {});
  }

  async #orphans(store: Store, doc: string): Promise<readonly Orphan[]> {
    const others = (await store.list()).filter(({ client }) => client !== this.#client);
    const found = await this.#gone(store, others, [doc], 0);
    return found.flatMap((one) => {
      const tapes = one.logs.filter((log) => unsent(log) > 0);
      if (tapes.length === 0) one.release();
      const release = () => void Promise.all(one.logs.map((log) => log.idle())).then(one.release);
      return tapes.length > 0 ? [{ client: one.client, tapes, release }] : [];
    });
  }

  /** The clients with such documents that nobody is any more. */
  async #gone(
    store: Store,
    all: readonly LogKey[],
    documents: readonly string[],
    wait: number,
  ): Promise<Found[]> {
    const wanted = all.filter(({ doc }) => documents.includes(doc));
    const clients = [...new Set(wanted.map(({ client }) => client))];
    const lock = (ms: number) => Promise.all(clients.map((client) => store.lock(client, ms)));
    let locks = await lock(0);
    if (wait > 0 && clients.length > 0 && !locks.some(Boolean)) locks = await lock(wait);
    const found = clients.map(async (client, i): Promise<Found | null> => {
      const release = locks[i];
      if (!release) return null;
      const keys = all.filter((key) => key.client === client);
      const logs = await Promise.all(keys.map((key) => this.#read(store, key)));
      if (logs.every(({ state }) => state)) return { client, release, logs };
      release(); // of another version: not to be touched
      return null;
    });
    return (await Promise.all(found)).filter((one) => one !== null);
  }

  async #read(store: Store, key: LogKey): Promise<Log> {
    return new Log(store, key, await store.read(key), (cause) => this.#lost(cause));
  }

  /** Removes the oldest logs of which all was sent. */
  async #tidy(store: Store, all: readonly LogKey[]): Promise<void> {
    for (const key of all.slice(mostIdle)) {
      if (key.client === this.#client) continue;
      const release = await store.lock(key.client, 0);
      if (!release) continue;
      const { state } = await this.#read(store, key);
      if (state && pending(state).length === 0) await store.remove(key);
      release();
    }
  }

  #lost(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `what is typed does not survive a reload: ${why}`;
    this.#trouble(new CoscribeError("no_journal", message, { cause }));
  }
}

function unsent({ state }: Log): number {
  return state ? pending(state).length : 0;
}

function left({ logs }: Found): number {
  return logs.reduce((n, log) => n + unsent(log), 0);
}

/** Where nothing can be kept, nothing is waited for. */
function unkept(doc: string): Tape {
  return {
    doc,
    state: null,
    record: () => {},
    whenDurable: (callback) => callback(),
    wipe: () => {},
  };
}

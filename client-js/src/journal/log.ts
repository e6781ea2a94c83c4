import type { Code } from "../errors.ts";
import type { Tape } from "../keeper.ts";
import { type Event, restore, type State, step } from "../state/index.ts";
import type { LogKey, Store, StoredLog } from "./store.ts";

/** A log is written anew when it is longer than this and than twice its snapshot, in UTF-16 units. */
const mostLog = 256 << 10;

/** The log of one document: writes what happens, one batch at a time. */
export class Log implements Tape {
  readonly state: State | null;
  readonly #store: Store;
  readonly #failed: (cause: unknown) => void;
  #key: LogKey;
  #queue: string[] = [];
  #latest: State | null = null;
  #waiting: (() => void)[] = [];
  #writing: Promise<void> | null = null;
  /** What was written out of turn. */
  #hurried: Promise<unknown> | null = null;
  /** Whether the next write has to begin the log. */
  #fresh = true;
  #wiping = false;
  #dead = false;
  #snapshot = 0;
  #length = 0;

  constructor(store: Store, key: LogKey, kept: StoredLog | null, failed: (cause: unknown) => void) {
    this.#store = store;
    this.#key = key;
    this.#failed = failed;
    this.state = kept && replay(kept, key);
  }

  get doc(): string {
    return this.#key.doc;
  }

  record(event: Event, state: State): void {
    if (this.#dead || !lasts(event) || passing.has(state.blocked)) return;
    this.#latest = state;
    this.#queue.push(JSON.stringify(event));
    this.#start();
  }

  whenDurable(callback: () => void): void {
    if (this.#dead || (this.#queue.length === 0 && !this.#writing)) callback();
    else this.#waiting.push(callback);
  }

  wipe(): void {
    this.#queue = [];
    this.#wiping = true;
    this.#start();
  }

  /**
   * Writes at once what waits for its turn: the page may be about to go, and
   * what it has not handed over by then goes with it.
   */
  hurry(): void {
    if (this.#dead || this.#fresh || this.#wiping || this.#queue.length === 0) return;
    const batch = this.#batch();
    const written = this.#attempt(() => this.#store.append(this.#key, batch));
    this.#hurried = Promise.all([this.#hurried, written]);
  }

  /** The log is of another client from now on: resolves when that is durable. */
  async move(client: string): Promise<void> {
    await this.idle();
    const old = this.#key;
    this.#key = { ...old, client };
    this.#fresh = true;
    if (this.#latest) this.record({ type: "disconnected" }, this.#latest);
    await this.idle();
    if (!this.#dead) await this.#attempt(() => this.#store.remove(old));
  }

  /** Resolves when there is nothing to be written. */
  async idle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #start(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  /** What comes while one batch is written is the next. */
  async #write(): Promise<void> {
    await null; // what happens in one go is one batch
    while (!this.#dead && (this.#wiping || this.#queue.length > 0)) {
      const told = this.#waiting;
      this.#waiting = [];
      await this.#attempt(() => this.#next());
      await this.#hurried;
      for (const tell of told) tell();
    }
    await this.#hurried;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  #next(): Promise<void> {
    if (this.#wiping) return this.#remove();
    const batch = this.#batch();
    if (!this.#fresh && this.#length <= Math.max(mostLog, 2 * this.#snapshot)) {
      return this.#store.append(this.#key, batch);
    }
    const snapshot = JSON.stringify(this.#latest);
    this.#fresh = false;
    this.#snapshot = snapshot.length;
    this.#length = 0;
    return this.#store.replace(this.#key, snapshot);
  }

  #batch(): string {
    const batch = `[${this.#queue.join(",")}]`;
    this.#queue = [];
    this.#length += batch.length;
    return batch;
  }

  #remove(): Promise<void> {
    this.#wiping = false;
    this.#fresh = true;
    return this.#store.remove(this.#key);
  }

  /**
   * What is not kept any more must not be found later: it would be sent again
   * on top of what is sent from now on.
   */
  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      this.#dead = true;
      this.#failed(cause);
      await this.#store.remove(this.#key).catch(() => {});
    }
  }
}

/** What ends with the page: a session that was replaced, a token that ran out. */
const passing: ReadonlySet<Code | null> = new Set<Code | null>([
  "replaced",
  "unauthorized",
  "token_expired",
  "bad_message",
  "client_taken",
  "no_connection",
]);

/** Whether an event matters to someone who begins without a connection. */
function lasts(event: Event): boolean {
  switch (event.type) {
    case "present":
    case "tell":
      return false;
    case "message":
      return event.message.t !== "presence";
    default:
      return true;
  }
}

/** The state that a log leads to; `null` where it cannot be read. */
export function replay({ snapshot, records }: StoredLog, { client, doc }: LogKey): State | null {
  try {
    let state = JSON.parse(snapshot) as State;
    for (const event of records.flatMap(events)) ({ state } = step(state, event));
    return restore({ ...state, client }, doc, client);
  } catch {
    return null;
  }
}

/** A record that was cut off was never acted upon. */
function events(record: string): readonly Event[] {
  try {
    return JSON.parse(record) as readonly Event[];
  } catch {
    return [];
  }
}

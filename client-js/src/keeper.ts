import type { CoscribeError } from "./errors.ts";
import type { TokenSource } from "./renewal.ts";
import type { Event, State } from "./state/index.ts";

/** What happens to one document, as it is kept. */
export interface Tape {
  readonly doc: string;
  /** What was kept of it, as it was without a connection; `null` where nothing was. */
  readonly state: State | null;
  /** Keeps an event, and the state that it led to. */
  record(event: Event, state: State): void;
  /** Calls back once all that was recorded is durable: at once where it is already. */
  whenDurable(callback: () => void): void;
  /** Removes what was kept. */
  wipe(): void;
}

/** A client that is gone with edits that it had not sent, for another one to send under its id. */
export interface Orphan {
  readonly client: string;
  readonly tapes: readonly Tape[];
  /** Lets go of it. */
  release(): void;
}

/** What a keeper is told of the session that it keeps. */
export interface Kept {
  readonly url: string;
  readonly token: TokenSource | undefined;
  /** The documents that were asked for so far. */
  readonly documents: () => readonly string[];
  readonly trouble: (error: CoscribeError) => void;
}

/**
 * Keeps the documents of one session over reloads: the `Journal` of
 * `coscribe/journal`. Nothing of it ever rejects: where something cannot be
 * kept it tells so, and the session goes on without.
 */
export interface Keeper {
  /** Finds out which client to go on as, and of which documents it had not sent all. */
  claim(session: Kept): Promise<{ readonly client: string; readonly unsent: readonly string[] }>;
  /** What was kept of a document, where what happens to it goes, and who else left edits of it. */
  open(doc: string): Promise<{ readonly tape: Tape; readonly orphans: readonly Orphan[] }>;
  /** The client has another id from now on. */
  rename(client: string): Promise<void>;
  /** The session is over. */
  close(): void;
}

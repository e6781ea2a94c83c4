/** Which log: of what happened to a document as one client saw it. */
export interface LogKey {
  readonly client: string;
  readonly doc: string;
}

/** A log as it is kept: a state, and after it what happened, in order. All of it is JSON. */
export interface StoredLog {
  readonly snapshot: string;
  readonly records: readonly string[];
}

/**
 * Where a journal's logs are: IndexedDB, or whatever a program brings. Whose
 * logs they are it knows by itself: of one user of one server.
 *
 * What was written is durable when its promise resolves. A write that fails or
 * is cut off by a crash is either there or not; of a record that is there in
 * part, the journal takes no notice. Writes of one log are asked for by the one
 * who holds the lock on its client, each when the one before is done, but for
 * those of a page that is about to go: they have to keep their order.
 */
export interface Store {
  /** All logs, the one that was begun last first. */
  list(): Promise<readonly LogKey[]>;
  read(key: LogKey): Promise<StoredLog | null>;
  append(key: LogKey, record: string): Promise<void>;
  /** Puts a snapshot in place of the whole log, or begins one. */
  replace(key: LogKey, snapshot: string): Promise<void>;
  remove(key: LogKey): Promise<void>;
  /**
   * Takes the lock on a client, and returns what gives it back; `null` where
   * someone else has it and keeps it for so long, in milliseconds. Whoever
   * crashes gives it back.
   */
  lock(client: string, wait: number): Promise<(() => void) | null>;
}

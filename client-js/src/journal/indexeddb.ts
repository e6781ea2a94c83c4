import type { LogKey, Store, StoredLog } from "./store.ts";

const name = "coscribe";
const version = 1;

/** A snapshot by its key; `at` is when it was written, in milliseconds since 1970. */
interface Snapshot {
  readonly owner: string;
  readonly client: string;
  readonly doc: string;
  readonly at: number;
  readonly text: string;
}

/**
 * Logs in IndexedDB, locks of the browser: of one user of one server. Fails
 * where a page may have neither.
 */
export async function openIndexedDB(of: { user: string; url: string }): Promise<Store> {
  const { locks } = navigator;
  if (!locks) throw new Error("there are no locks on a page that is not secure");
  return new IndexedDBStore(await openDatabase(), locks, JSON.stringify([of.url, of.user]));
}

class IndexedDBStore implements Store {
  readonly #database: IDBDatabase;
  readonly #locks: LockManager;
  readonly #owner: string;

  constructor(database: IDBDatabase, locks: LockManager, owner: string) {
    this.#database = database;
    this.#locks = locks;
    this.#owner = owner;
  }

  async list(): Promise<readonly LogKey[]> {
    const all: (LogKey & { at: number })[] = [];
    await this.#transact("readonly", ({ snapshots }) => {
      const cursor = snapshots.openCursor(IDBKeyRange.bound([this.#owner], [this.#owner, []]));
      cursor.onsuccess = () => {
        const { result } = cursor;
        if (!result) return;
        const { client, doc, at } = result.value as Snapshot;
        all.push({ client, doc, at });
        result.continue();
      };
    });
    return all.sort((a, b) => b.at - a.at).map(({ client, doc }) => ({ client, doc }));
  }

  async read(key: LogKey): Promise<StoredLog | null> {
    let snapshot: IDBRequest<Snapshot | undefined> | undefined;
    let records: IDBRequest<{ text: string }[]> | undefined;
    await this.#transact("readonly", (stores) => {
      snapshot = stores.snapshots.get(this.#key(key));
      records = stores.records.index("log").getAll(this.#key(key));
    });
    if (!snapshot?.result) return null;
    return {
      snapshot: snapshot.result.text,
      records: records?.result.map(({ text }) => text) ?? [],
    };
  }

  append(key: LogKey, text: string): Promise<void> {
    return this.#transact("readwrite", ({ records }) => {
      records.add({ log: this.#key(key), text });
      records.transaction.commit(); // without asking the page, which may be gone
    });
  }

  replace({ client, doc }: LogKey, text: string): Promise<void> {
    return this.#transact("readwrite", (stores) => {
      this.#forget(stores.records, { client, doc });
      const owner = this.#owner;
      stores.snapshots.put({ owner, client, doc, at: Date.now(), text } satisfies Snapshot);
    });
  }

  remove(key: LogKey): Promise<void> {
    return this.#transact("readwrite", (stores) => {
      this.#forget(stores.records, key);
      stores.snapshots.delete(this.#key(key));
    });
  }

  /** The browser gives a lock back when the page that holds it is gone. */
  lock(client: string, wait: number): Promise<(() => void) | null> {
    const lock = `coscribe ${this.#owner} ${client}`;
    const options = wait > 0 ? { signal: AbortSignal.timeout(wait) } : { ifAvailable: true };
    return new Promise((resolve) => {
      const held = this.#locks.request(lock, options, (granted) => {
        if (!granted) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      });
      held.catch(() => resolve(null));
    });
  }

  #key({ client, doc }: LogKey): string[] {
    return [this.#owner, client, doc];
  }

  #forget(records: IDBObjectStore, key: LogKey): void {
    const cursor = records.index("log").openKeyCursor(this.#key(key));
    cursor.onsuccess = () => {
      if (!cursor.result) return;
      records.delete(cursor.result.primaryKey);
      cursor.result.continue();
    };
  }

  /** Resolves when all that `act` asks for is done and on the disk. */
  #transact(
    mode: IDBTransactionMode,
    act: (stores: { snapshots: IDBObjectStore; records: IDBObjectStore }) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const names = ["snapshots", "records"];
      const transaction = this.#database.transaction(names, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("a write was given up"));
      const [snapshots, records] = names.map((store) => transaction.objectStore(store));
      act({ snapshots, records } as { snapshots: IDBObjectStore; records: IDBObjectStore });
    });
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("snapshots", { keyPath: ["owner", "client", "doc"] });
      const records = request.result.createObjectStore("records", { autoIncrement: true });
      records.createIndex("log", "log");
    };
    request.onblocked = () => reject(new Error("another page holds an older database"));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // A page of a newer version must not have to wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

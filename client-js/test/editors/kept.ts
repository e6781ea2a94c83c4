import { Journal } from "../../src/journal/index.ts";
import { openIndexedDB } from "../../src/journal/indexeddb.ts";
import type { Store } from "../../src/journal/store.ts";

/** A journal in IndexedDB, and what resolves when all is written that was typed. */
export function watched(user: string): { offline: Journal; kept: () => Promise<void> } {
  const writes = new Set<Promise<void>>();
  const note = (write: Promise<void>): Promise<void> => {
    writes.add(write);
    return write.finally(() => writes.delete(write));
  };
  const watch = (store: Store): Store => ({
    list: () => store.list(),
    read: (key) => store.read(key),
    append: (key, record) => note(store.append(key, record)),
    replace: (key, snapshot) => note(store.replace(key, snapshot)),
    remove: (key) => note(store.remove(key)),
    lock: (client, wait) => store.lock(client, wait),
  });
  const kept = async (): Promise<void> => {
    while (writes.size > 0) await Promise.all(writes);
  };
  return {
    offline: new Journal({ user, store: async (owner) => watch(await openIndexedDB(owner)) }),
    kept,
  };
}

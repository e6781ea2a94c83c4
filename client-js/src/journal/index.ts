/**
 * Edits that survive a reload: an append-only log of what happened to each
 * document, on top of a snapshot, in IndexedDB.
 * `connect(url, { offline: new Journal() })`.
 */
export { Journal, type JournalOptions } from "./journal.ts";
export type { LogKey, Store, StoredLog } from "./store.ts";

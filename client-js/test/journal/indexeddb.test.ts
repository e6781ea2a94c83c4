import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openIndexedDB } from "../../src/journal/indexeddb.ts";
import { FakeLocks } from "../support/locks.ts";

const url = "wss://docs.example/v1/connect";
const key = { client: "c", doc: "d" };

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a store in IndexedDB", () => {
  it("keeps a snapshot and what was appended, in order", async () => {
    const store = await openIndexedDB({ user: "ann", url });
    expect(await store.read(key)).toBeNull();
    await store.replace(key, "first");
    await Promise.all(["a", "b", "c"].map((record) => store.append(key, record)));
    const again = await openIndexedDB({ user: "ann", url });
    expect(await again.read(key)).toEqual({ snapshot: "first", records: ["a", "b", "c"] });
    await again.replace(key, "second");
    await again.append(key, "d");
    expect(await store.read(key)).toEqual({ snapshot: "second", records: ["d"] });
  });

  it("removes a log and no other", async () => {
    const store = await openIndexedDB({ user: "ann", url });
    const other = { client: "c", doc: "e" };
    for (const log of [key, other]) {
      await store.replace(log, log.doc);
      await store.append(log, "r");
    }
    await store.remove(key);
    expect(await store.read(key)).toBeNull();
    expect(await store.read(other)).toEqual({ snapshot: "e", records: ["r"] });
  });

  it("lists what was begun last first, of its user and server alone", async () => {
    const now = vi.spyOn(Date, "now");
    const ann = await openIndexedDB({ user: "ann", url });
    for (const [at, client] of ["x", "z", "y"].entries()) {
      now.mockReturnValue(at);
      await ann.replace({ client, doc: "d" }, "s");
    }
    now.mockRestore();
    expect((await ann.list()).map(({ client }) => client)).toEqual(["y", "z", "x"]);
    for (const of of [
      { user: "bob", url },
      { user: "ann", url: "wss://else.example/v1/connect" },
    ]) {
      const other = await openIndexedDB(of);
      expect(await other.list()).toEqual([]);
      expect(await other.read({ client: "x", doc: "d" })).toBeNull();
      expect(await other.lock("x", 0)).not.toBeNull();
    }
  });

  it("gives a lock to one at a time, and waits for it as long as it is told", async () => {
    const store = await openIndexedDB({ user: "ann", url });
    const release = await store.lock("c", 0);
    expect(await store.lock("c", 0)).toBeNull();
    expect(await store.lock("c", 1)).toBeNull();
    const waiting = store.lock("c", 60_000);
    release?.();
    expect(await waiting).not.toBeNull();
  });

  it("rejects what cannot be written", async () => {
    const store = await openIndexedDB({ user: "ann", url });
    const unclonable = (() => {}) as unknown as string;
    await expect(store.append(key, unclonable)).rejects.toThrow();
  });

  it("is not to be had where a page has no locks or no database", async () => {
    vi.stubGlobal("navigator", {});
    await expect(openIndexedDB({ user: "ann", url })).rejects.toThrow("not secure");
    vi.stubGlobal("navigator", { locks: new FakeLocks() });
    vi.stubGlobal("indexedDB", undefined);
    await expect(openIndexedDB({ user: "ann", url })).rejects.toThrow();
  });
});

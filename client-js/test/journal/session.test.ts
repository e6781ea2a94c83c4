import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delta } from "../../src/delta/index.ts";
import { Journal, type JournalOptions } from "../../src/journal/index.ts";
import { Session, type SessionOptions } from "../../src/session.ts";
import { statusText } from "../../src/state/index.ts";
import type { Change, OpenedAfresh, Submit } from "../../src/wire.ts";
import { Disk, type Page } from "../support/disk.ts";
import { FakeSocket, welcome } from "../support/sockets.ts";

let disk: Disk;
let pages: Page[];

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  disk = new Disk();
  pages = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const at = "2026-01-01T00:00:00.000Z";
const opened = (doc: string, content: Delta, more: Partial<OpenedAfresh> = {}): OpenedAfresh => ({
  t: "opened",
  doc,
  type: "text",
  epoch: "e",
  rev: 0,
  at,
  access: "write",
  seq: 0,
  presence: {},
  content,
  ...more,
});
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const text = (content: Delta): string => content.map(({ insert }) => insert).join("");

/** A page with a session that keeps what is typed. */
async function load(
  docs: readonly string[] = ["a"],
  journal: JournalOptions = { user: "ann" },
  options: SessionOptions = {},
) {
  const page = disk.open();
  pages.push(page);
  const offline = new Journal({ store: async () => page, ...journal });
  const session = new Session("http://host", { WebSocket: FakeSocket, offline, ...options });
  const errors: string[] = [];
  session.on("error", ({ code }) => errors.push(code));
  const documents = docs.map((id) => session.doc(id, { type: "text" }));
  await settle();
  return { page, session, errors, documents, document: documents[0] as (typeof documents)[0] };
}

async function online(): Promise<void> {
  FakeSocket.last.open();
  FakeSocket.last.receive(welcome());
  await settle();
}

/** A page on which "x" was typed into "0" and is on its way, and "y" after it is not. */
async function typed() {
  const loaded = await load();
  await online();
  FakeSocket.last.receive(opened("a", [{ insert: "0" }]));
  loaded.document.submit([{ insert: "x" }]);
  loaded.document.submit([{ insert: "y" }]);
  await settle();
  return loaded;
}

const own = (session: Session, { seq, op }: Submit): Change => ({
  rev: seq,
  op,
  client: session.client,
  seq,
  user: "ann",
  at,
});

describe("a page that is loaded again", () => {
  it("shows without a network what was there, and goes on", async () => {
    const before = await typed();
    before.page.crash();
    const { document, session } = await load();
    expect([document.isReady, document.isEditable, text(document.content)]).toEqual([
      true,
      true,
      "yx0",
    ]);
    expect(statusText(document.status)).toBe("offline (2)");
    expect(session.client).toBe(before.session.client);
    document.submit([{ insert: "z" }]);
    expect(text(document.content)).toBe("zyx0");
  });

  it("sends what was on its way as it was, once, and then the rest", async () => {
    const before = await typed();
    const [sent] = FakeSocket.last.of("op");
    before.page.crash();
    const { document, session } = await load();
    await online();
    expect(FakeSocket.last.of("hello")).toEqual([{ t: "hello", client: before.session.client }]);
    expect(FakeSocket.last.of("open")).toEqual([{ t: "open", doc: "a", rev: 0, epoch: "e", at }]);
    const changes = [own(session, sent as Submit)];
    const { content: _, ...resumed } = { ...opened("a", []), rev: 1, seq: 1, from: 0, changes };
    FakeSocket.last.receive(resumed);
    await settle();
    expect(FakeSocket.last.of("op")).toMatchObject([{ seq: 2, op: [{ insert: "y" }] }]);
    expect(text(document.content)).toBe("yx0");
  });

  it("shows a draft again that nobody has given up, and forgets it then", async () => {
    const { page } = await typed();
    FakeSocket.last.receive({ t: "closed", doc: "a", code: "not_found" });
    await settle();
    page.crash();
    const { document, page: next } = await load();
    expect(document.draft).toMatchObject({ code: "not_found", content: [{ insert: "yx0" }] });
    document.reopen();
    await settle();
    next.crash();
    const last = await load();
    expect([last.document.isReady, last.document.draft]).toEqual([false, null]);
  });

  it("can be asked for before the server is", async () => {
    const { page } = await typed();
    const journal = new Journal({ user: "ann", store: async () => disk.open() });
    expect(await journal.holds("a", "http://host")).toBe(false); // of a tab that is open
    page.crash();
    expect(await journal.holds("a", "http://host")).toBe(true);
    const sent = await load(["b"]);
    await online();
    FakeSocket.last.receive(opened("b", []));
    await settle();
    sent.page.crash();
    expect(await journal.holds("b", "http://host")).toBe(false);
    expect(text((await load()).document.content)).toBe("yx0");
    const broken = new Journal({ user: "ann", store: () => Promise.reject(new Error("no disk")) });
    expect(await broken.holds("a", "http://host")).toBe(false);
  });

  it("is not blocked any more by what ended with the session", async () => {
    const { page, document } = await typed();
    FakeSocket.last.receive({ t: "error", code: "replaced", message: "" });
    FakeSocket.last.end(4409);
    expect(statusText(document.status)).toBe("blocked: replaced");
    page.crash();
    expect(statusText((await load()).document.status)).toBe("offline (2)");
  });

  it("knows nothing of what may not be read any more", async () => {
    const { document, page } = await typed();
    const drafts: unknown[] = [];
    document.on("blocked", (draft) => drafts.push([draft?.content, disk.logs.size]));
    FakeSocket.last.receive({ t: "closed", doc: "a", code: "forbidden" });
    await settle();
    expect([drafts, disk.logs.size]).toEqual([[[[{ insert: "yx0" }], 1]], 0]);
    FakeSocket.last.end(1006);
    await settle();
    page.crash();
    expect((await load()).document.isReady).toBe(false);
  });
});

describe("another tab", () => {
  it("takes an id of its own while the first is there", async () => {
    const first = await typed();
    const second = await load();
    expect(second.session.client).not.toBe(first.session.client);
    expect(second.document.isReady).toBe(false);
  });

  it("goes on as the one that left most, and sends for the others under their ids", async () => {
    const first = await typed();
    const second = await load();
    await online();
    FakeSocket.last.receive(opened("a", [{ insert: "0" }]));
    for (const insert of "pqrs") second.document.submit([{ insert }, { retain: 1 }]);
    await settle();
    for (const { page } of [first, second]) page.crash();
    FakeSocket.made = [];

    const third = await load();
    const { client } = third.session;
    expect([first.session.client, second.session.client]).toContain(client);
    await online();
    const [mine, other] = FakeSocket.made;
    other?.open();
    const left = [first, second].find(({ session }) => session.client !== client)
      ?.session as Session;
    expect(mine?.of("hello")).toEqual([{ t: "hello", client }]);
    expect(other?.of("hello")).toEqual([{ t: "hello", client: left.client }]);
    other?.receive(opened("a", [{ insert: "0" }]));
    for (let n = 1; n <= 2; n++) {
      await settle();
      const sent = other?.of("op").at(-1) as Submit;
      other?.receive({ t: "changes", doc: "a", changes: [own(left, sent)] });
    }
    await settle();
    expect(other?.closed).toBe(true);
    expect([...disk.logs.values()].map((log) => log.client)).toEqual([client]);
  });

  it("tells of a draft where the others' edits cannot be saved, until it is discarded", async () => {
    const first = await typed();
    const second = await load();
    await online();
    FakeSocket.last.receive(opened("a", [{ insert: "0" }]));
    second.document.submit([{ insert: "second" }]);
    await settle();
    for (const { page } of [first, second]) page.crash();
    FakeSocket.made = [];

    const third = await load();
    const drafts: { draft: { doc: string }; discard: () => void }[] = [];
    third.session.on("draft", (draft) => drafts.push(draft));
    await online();
    const other = FakeSocket.made[1];
    other?.open();
    other?.receive({ t: "error", code: "not_found", message: "", doc: "a" });
    await settle();
    expect(drafts).toMatchObject([{ draft: { doc: "a", code: "not_found" } }]);
    expect(disk.logs.size).toBe(2);
    drafts[0]?.discard();
    await settle();
    expect(disk.logs.size).toBe(1);
  });

  it("sends what an earlier one left of documents that nobody opens", async () => {
    const first = await load(["a", "b"]);
    await online();
    for (const doc of ["a", "b"]) FakeSocket.last.receive(opened(doc, []));
    for (const document of first.documents) document.submit([{ insert: document.id }]);
    await settle();
    first.page.crash();
    const { session } = await load(["a"]);
    await online();
    await settle();
    expect(FakeSocket.last.of("open").map(({ doc }) => doc)).toEqual(["a", "b"]);
    FakeSocket.last.receive(opened("b", [], {}));
    await settle();
    const [sent] = FakeSocket.last.of("op");
    FakeSocket.last.receive({ t: "changes", doc: "b", changes: [own(session, sent as Submit)] });
    await settle();
    expect(FakeSocket.last.of("close")).toEqual([{ t: "close", doc: "b" }]);
  });

  it("of another user sees nothing of it", async () => {
    const { page } = await typed();
    page.crash();
    const owners: string[] = [];
    const store = async ({ user, url }: { user: string; url: string }) => {
      owners.push(`${user} ${url}`);
      return new Disk().open();
    };
    await load(["a"], { user: "bob", store });
    const claims = btoa(JSON.stringify({ sub: "zoë" }).replace("ë", "\\u00eb"));
    const { errors } = await load(["a"], { store }, { token: async () => `h.${claims}.s` });
    await load(["a"], { store });
    const host = "ws://host/v1/connect";
    expect(owners).toEqual([`bob ${host}`, `zoë ${host}`, ` ${host}`]);
    expect(errors).toEqual([]);
  });
});

describe("an op", () => {
  it("is sent when it is kept, and what is typed meanwhile does not wait", async () => {
    const slow = new Disk({ below: () => 0, chance: () => false } as never);
    const page = slow.open();
    const { document } = await load(["a"], { user: "ann", store: async () => page });
    await online();
    FakeSocket.last.receive(opened("a", []));
    while (page.busy) {
      page.tick();
      await settle();
    }
    document.submit([{ insert: "x" }]);
    await settle();
    expect([FakeSocket.last.of("op"), text(document.content)]).toEqual([[], "x"]);
    page.tick();
    await settle();
    expect(FakeSocket.last.of("op")).toMatchObject([{ seq: 1, op: [{ insert: "x" }] }]);
  });

  it("that was held back is not sent into the next stream", async () => {
    const slow = new Disk({ below: () => 0, chance: () => false } as never);
    const page = slow.open();
    const { document } = await load(["a"], { user: "ann", store: async () => page });
    await online();
    FakeSocket.last.receive(opened("a", []));
    document.submit([{ insert: "x" }]);
    FakeSocket.last.end(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    await online();
    const theirs = { rev: 1, op: [{ insert: "T" }], user: "bob", at };
    const { content: _, ...resumed } = { ...opened("a", []), rev: 1, from: 0, changes: [theirs] };
    FakeSocket.last.receive(resumed);
    while (page.busy) {
      page.tick();
      await settle();
    }
    expect(FakeSocket.last.of("op")).toMatchObject([{ rev: 1, seq: 1 }]);
  });
});

describe("a disk that fails", () => {
  it("never stops anyone: it is told, and what was kept is not found again", async () => {
    const { page, document, errors } = await load();
    await online();
    FakeSocket.last.receive(opened("a", []));
    await settle();
    page.full = true;
    document.submit([{ insert: "x" }]);
    await settle();
    expect(FakeSocket.last.of("op")).toHaveLength(1);
    document.submit([{ insert: "y" }]);
    await settle();
    expect([errors, disk.logs.size, text(document.content)]).toEqual([["no_journal"], 0, "yx"]);
  });

  it("or that cannot be opened, or of which it is not known whose it is", async () => {
    const broken = async () => Promise.reject(new Error("private mode"));
    for (const options of [{ user: "ann", store: broken }, { store: async () => disk.open() }]) {
      const token = async () => Promise.reject(new Error("no network"));
      const { errors, document } = await load(["a"], options, options.user ? {} : { token });
      expect(errors).toContain("no_journal");
      if (!options.user) continue;
      await online();
      FakeSocket.last.receive(opened("a", []));
      document.submit([{ insert: "x" }]);
      expect(FakeSocket.last.of("op")).toHaveLength(1);
    }
  });

  it("or a log of another version, which is left alone", async () => {
    const page = disk.open();
    await page.replace({ client: "old", doc: "a" }, JSON.stringify({ version: 99, doc: "a" }));
    const { session, document } = await load();
    expect([session.client === "old", document.isReady]).toEqual([false, false]);
    expect(disk.logs.size).toBe(1);
  });
});

describe("what is kept", () => {
  it("is bounded: a long log becomes a snapshot", async () => {
    const { document, session, page } = await load();
    await online();
    FakeSocket.last.receive(opened("a", []));
    await settle();
    const log = () => [...disk.logs.values()][0];
    let most = 0;
    for (let n = 1; n <= 40; n++) {
      document.submit([{ insert: "x".repeat(10_000) }]);
      await settle();
      const sent = FakeSocket.last.of("op").at(-1) as Submit;
      FakeSocket.last.receive({ t: "changes", doc: "a", changes: [own(session, sent)] });
      document.submit([{ delete: 10_000 }]);
      await settle();
      const gone = FakeSocket.last.of("op").at(-1) as Submit;
      FakeSocket.last.receive({ t: "changes", doc: "a", changes: [own(session, gone)] });
      await settle();
      most = Math.max(most, log()?.records.join("").length ?? 0);
    }
    expect(most).toBeGreaterThan(100_000);
    expect(most).toBeLessThan(300_000);
    page.crash();
    expect((await load()).document.content).toEqual([]);
  });

  it("of clients that are gone and sent all is thrown away, but not all of it at once", async () => {
    for (let n = 0; n < 40; n++) {
      const { page } = await load([`d${n}`]);
      await online();
      FakeSocket.last.receive(opened(`d${n}`, []));
      await settle();
      page.crash();
    }
    await load(["other"]);
    expect(disk.logs.size).toBe(32);
  });

  it("goes along where the client takes another id", async () => {
    const { session, document, page } = await load();
    const { client } = session;
    await online();
    document.on("error", () => {});
    FakeSocket.last.receive({ t: "error", code: "client_taken", message: "", doc: "a" });
    await settle();
    await online();
    expect(session.client).not.toBe(client);
    FakeSocket.last.receive(opened("a", []));
    document.submit([{ insert: "x" }]);
    await settle();
    expect([...disk.logs.values()].map((log) => log.client)).toEqual([session.client]);
    page.crash();
    const after = await load();
    expect([after.session.client, text(after.document.content)]).toEqual([session.client, "x"]);
  });
});

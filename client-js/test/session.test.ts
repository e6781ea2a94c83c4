import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delta } from "../src/delta/index.ts";
import { Session, type SessionOptions } from "../src/session.ts";
import { type State, statusText } from "../src/state/index.ts";
import type { OpenedAfresh } from "../src/wire.ts";
import { FakeSocket, welcome } from "./support/sockets.ts";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const opened = (
  doc: string,
  content: Delta = [],
  more: Partial<OpenedAfresh> = {},
): OpenedAfresh => ({
  t: "opened",
  doc,
  type: "text",
  epoch: "e",
  rev: 0,
  at: "2026-01-01T00:00:00.000Z",
  access: "write",
  seq: 0,
  presence: {},
  content,
  ...more,
});

async function start(options: SessionOptions = {}): Promise<Session> {
  const session = new Session("http://host", { WebSocket: FakeSocket, ...options });
  await vi.advanceTimersByTimeAsync(0);
  FakeSocket.last.open();
  FakeSocket.last.receive(welcome());
  return session;
}

const hello: Delta = [{ insert: "hello" }];

describe("a session", () => {
  it("carries any number of documents, each once", async () => {
    const session = await start();
    const [a, b] = [session.doc("a", { type: "text" }), session.doc("b")];
    expect(session.doc("a")).toBe(a);
    expect(FakeSocket.last.of("open")).toEqual([
      { t: "open", doc: "a", type: "text" },
      { t: "open", doc: "b", type: "rich-text" },
    ]);
    FakeSocket.last.receive(opened("b", [{ insert: "\n" }]));
    expect([a.isReady, b.isReady]).toEqual([false, true]);
    expect(session.user).toEqual({ id: "ann" });
  });

  it("keeps one open until everyone who asked for it has closed it", async () => {
    const session = await start();
    const [one, two] = [session.doc("a", { type: "text" }), session.doc("a")];
    FakeSocket.last.receive(opened("a"));
    expect(one.close()).toBeNull();
    two.submit(hello);
    expect([two.isEditable, FakeSocket.last.of("close")]).toEqual([true, []]);
    expect(two.close()).toMatchObject({ code: "closed", ops: [hello] });
    expect(FakeSocket.last.of("close")).toEqual([{ t: "close", doc: "a" }]);
    expect(session.doc("a")).not.toBe(two);
  });

  it("opens all of them again after a lost connection, with the same id", async () => {
    const session = await start();
    session.doc("a", { type: "text" }).on("change", () => {});
    FakeSocket.last.receive(opened("a", hello));
    FakeSocket.last.end(1006);
    expect(session.doc("a").status.name).toBe("offline");
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.open();
    const [first] = FakeSocket.made;
    expect(FakeSocket.last.of("hello")).toEqual(first?.of("hello"));
    expect(FakeSocket.last.of("open")).toMatchObject([{ doc: "a", rev: 0, epoch: "e" }]);
  });

  it("takes a new id where its own belongs to someone else", async () => {
    const session = await start();
    const { client } = session;
    session.doc("a", { type: "text" });
    FakeSocket.last.receive({ t: "error", code: "client_taken", message: "", doc: "a" });
    await vi.advanceTimersByTimeAsync(0);
    FakeSocket.last.open();
    expect(session.client).not.toBe(client);
    expect(FakeSocket.last.of("hello")).toEqual([{ t: "hello", client: session.client }]);
    FakeSocket.last.receive(opened("a", hello));
    expect(session.doc("a").status.name).toBe("saved");
  });

  it("but not while an op may have been committed under the old one", async () => {
    const session = await start();
    const [a, b] = [session.doc("a", { type: "text" }), session.doc("b", { type: "text" })];
    const { client } = session;
    FakeSocket.last.receive(opened("b"));
    b.submit(hello);
    FakeSocket.last.receive({ t: "error", code: "client_taken", message: "", doc: "a" });
    expect(session.client).toBe(client);
    expect([a.status.name, b.status.name]).toEqual(["blocked", "saving"]);
  });

  it("is over when it was replaced, and hands over drafts", async () => {
    const session = await start();
    const [a, b] = [session.doc("a", { type: "text" }), session.doc("b", { type: "text" })];
    const drafts: unknown[] = [];
    const ended: string[] = [];
    a.on("blocked", (draft) => drafts.push(draft?.content));
    b.on("blocked", (draft) => drafts.push(draft));
    session.on("ended", ({ code }) => ended.push(code));
    FakeSocket.last.receive(opened("a"));
    FakeSocket.last.receive(opened("b"));
    a.submit(hello);
    FakeSocket.last.receive({ t: "error", code: "replaced", message: "" });
    FakeSocket.last.end(4409);
    expect(drafts).toEqual([hello, null]);
    expect(ended).toEqual(["replaced"]);
    expect(session.doc("c").status.name).toBe("blocked");
    expect(() => a.reopen()).toThrow(expect.objectContaining({ code: "replaced" }));
  });

  it("does not send again what was too big (S8)", async () => {
    const session = await start();
    const [a, b] = [session.doc("a", { type: "text" }), session.doc("b", { type: "text" })];
    FakeSocket.last.receive(opened("a"));
    FakeSocket.last.receive(opened("b"));
    a.submit(hello);
    b.submit([{ insert: "hello, this is the larger one" }]);
    FakeSocket.last.end(1009);
    expect([a.status.name, b.status.name]).toEqual(["offline", "blocked"]);
    expect(b.draft?.code).toBe("too_large");
  });

  it("goes on from a state that was kept, under the same id only", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    document.submit(hello);
    const state = JSON.parse(JSON.stringify(document.state)) as State;
    session.close();
    const other = await start();
    expect(() => other.doc("a", { state })).toThrow(
      expect.objectContaining({ code: "client_taken" }),
    );
    const again = await start({ client: state.client });
    expect(again.doc("a", { state }).content).toEqual(hello);
    FakeSocket.last.receive({ ...opened("a"), content: undefined, from: 0, changes: [] } as never);
    expect(FakeSocket.last.of("op")).toMatchObject([{ seq: 1, op: hello }]);
  });

  it("closes everything", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    session.close();
    expect(() => document.submit(hello)).toThrow(expect.objectContaining({ code: "closed" }));
    expect(FakeSocket.last.of("close")).toEqual([{ t: "close", doc: "a" }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a document", () => {
  it("tells each thing to all listeners before the next, also where one submits", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    const heard: string[] = [];
    document.on("change", ({ local }) => {
      if (!local) document.submit([{ insert: "answer " }]);
    });
    document.on("change", ({ delta }) => heard.push(String(delta[0]?.insert)));
    const change = { rev: 1, op: [{ insert: "question" }], user: "u", at: "" };
    FakeSocket.last.receive({ t: "changes", doc: "a", changes: [change] });
    expect(heard).toEqual(["question", "answer "]);
  });

  it("gives an edit's origin back", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    const seen: unknown[] = [];
    document.on("change", (change) => seen.push(change));
    const origin = {};
    document.submit(hello, origin);
    document.submit([]);
    expect(seen).toMatchObject([
      { delta: hello, before: [], content: hello, origin, local: true, cursor: null },
    ]);
  });

  it("never says saved of what is not", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    const statuses = [statusText(document.status)];
    document.on("status", (status) => statuses.push(statusText(status)));
    FakeSocket.last.receive(opened("a"));
    document.submit(hello);
    FakeSocket.last.end(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.open();
    const own = { client: session.client, seq: 1, user: "u", at: "", rev: 1, op: hello };
    FakeSocket.last.receive({
      ...opened("a"),
      content: undefined,
      from: 0,
      rev: 1,
      seq: 1,
      changes: [own],
    } as never);
    FakeSocket.last.receive({ t: "access", doc: "a", access: "read" });
    expect(statuses).toEqual([
      "offline",
      "saved",
      "saving (1)",
      "offline (1)",
      "saved",
      "readonly: forbidden",
    ]);
  });

  it("counts edits that are not saved, and keeps a status that says the same", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    const told: unknown[] = [];
    document.on("status", (status) => told.push(status));
    for (const insert of "abc") document.submit([{ insert }]);
    const { status } = document;
    expect(told).toEqual([1, 2, 3].map((unsaved) => ({ name: "saving", unsaved })));
    document.setCursor([0, 0]);
    expect(document.status).toBe(status);
    const own = {
      client: session.client,
      seq: 1,
      user: "u",
      at: "",
      rev: 1,
      op: [{ insert: "a" }],
    };
    FakeSocket.last.receive({ t: "changes", doc: "a", changes: [own] });
    expect(document.status).toEqual({ name: "saving", unsaved: 2 });
    FakeSocket.last.receive({ t: "closed", doc: "a", code: "not_found" });
    expect(document.status).toMatchObject({
      name: "blocked",
      reason: "not_found",
      draft: { code: "not_found", base: [{ insert: "a" }], content: [{ insert: "cba" }] },
    });
  });

  it("resolves flush when all is saved, and rejects where it cannot be", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    const ready = document.ready();
    FakeSocket.last.receive(opened("a"));
    await ready;
    await document.flush();
    document.submit(hello);
    const [saved, refused] = [document.flush(), document.flush()];
    const own = { client: session.client, seq: 1, user: "u", at: "", rev: 1, op: hello };
    FakeSocket.last.receive({ t: "changes", doc: "a", changes: [own] });
    await Promise.all([saved, refused]);
    document.submit(hello);
    const lost = document.flush();
    FakeSocket.last.receive({ t: "error", code: "invalid_op", message: "", doc: "a", seq: 2 });
    await expect(lost).rejects.toMatchObject({ code: "invalid_op" });
    await expect(document.flush()).rejects.toMatchObject({ code: "invalid_op" });
  });

  it("returns what is unsaved when it is closed", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a"));
    document.submit(hello);
    const waiting = document.flush();
    expect(document.close()).toMatchObject({ code: "closed", ops: [hello] });
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
    expect(session.doc("a")).not.toBe(document);
  });

  it("tries again what the server could not do just now", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    const errors: unknown[] = [];
    document.on("error", ({ code, retryable }) => errors.push([code, retryable]));
    FakeSocket.last.receive(opened("a"));
    document.submit(hello);
    FakeSocket.last.receive({ t: "error", code: "unavailable", message: "", doc: "a", seq: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.last.of("op").map(({ seq }) => seq)).toEqual([1, 1]);
    expect(errors).toEqual([["unavailable", true]]);
  });

  it("tells the others of a cursor a while after it moved, and only of the last place", async () => {
    const session = await start();
    const document = session.doc("a", { type: "text" });
    FakeSocket.last.receive(opened("a", hello));
    for (let at = 0; at < 5; at++) document.setCursor([at, at]);
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.last.of("presence")).toEqual([
      { t: "presence", doc: "a", rev: 0, cursor: [4, 4] },
    ]);
  });
});

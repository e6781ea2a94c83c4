import { createHmac } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import { Rest, RestError } from "../../src/rest/index.ts";
import { Session } from "../../src/session.ts";
import { Server } from "./server.ts";

const secret = "a secret of thirty-two bytes or more";
let server: Server;
let rest: Rest;

beforeAll(async () => {
  server = await Server.start(secret);
  rest = new Rest(`${server.url}/`, { token: async () => token("ann") });
});
afterAll(() => server.remove());

function token(user: string, docs: Record<string, string> = { "*": "admin" }): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  const head = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub: user, docs, exp })}`;
  return `${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`;
}

async function failure(call: Promise<unknown>): Promise<RestError> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(RestError);
  return error;
}

describe("documents", () => {
  it("are created in any format, described, listed page by page and erased", async () => {
    await rest.createDocument({ id: "life:1", format: "markdown", content: "# Title\n\ntext" });
    await rest.createDocument({ id: "life:2", type: "text", content: [{ insert: "plain" }] });
    await rest.createDocument({ id: "life:3" });
    const { id } = await rest.createDocument();
    expect(await rest.getDocument(id)).toMatchObject({ type: "rich-text", rev: 0, length: 1 });

    const ids: string[] = [];
    const options = { prefix: "life:", limit: 2 };
    for await (const each of rest.listDocuments(options)) ids.push(each.id);
    expect(ids).toEqual(["life:1", "life:2", "life:3"]);
    const first = await rest.listDocuments(options).page();
    expect(first.items.map((each) => each.id)).toEqual(["life:1", "life:2"]);
    const rest2 = await rest.listDocuments({ ...options, after: first.next as string }).page();
    expect(rest2).toMatchObject({ items: [{ id: "life:3" }], next: null });

    await rest.deleteDocument("life:3");
    expect(await failure(rest.getDocument("life:3"))).toMatchObject({
      code: "not_found",
      status: 404,
      retryable: false,
    });
  });

  it("have a content in four formats", async () => {
    const content = [{ insert: "bold", attributes: { bold: true } }, { insert: " word\n" }];
    await rest.createDocument({ id: "formats", content });
    const { epoch } = await rest.getDocument("formats");
    const etag = `"${epoch}.0"`;
    expect(await rest.getContent("formats")).toEqual({ epoch, rev: 0, etag, content });
    const written = async (format: "text" | "html" | "markdown"): Promise<string> =>
      (await rest.getContent("formats", { format })).content;
    expect(await written("text")).toBe("bold word\n");
    expect(await written("html")).toContain("<strong>bold</strong> word");
    expect(await written("markdown")).toContain("**bold** word");
  });

  it("are edited once, and only on the head where that is asked for", async () => {
    await rest.createDocument({ id: "edits", type: "text" });
    const { etag } = await rest.getContent("edits");
    const client = "7d1b6a52-0f4e-4c53-9a0e-5b7d6c1a2e01";
    const change = { rev: 0, op: [{ insert: "a" }], client, seq: 1 };
    expect(await rest.submitChange("edits", change)).toEqual({ rev: 1, op: [{ insert: "a" }] });
    expect(await rest.submitChange("edits", change)).toEqual({ rev: 1, op: [{ insert: "a" }] });
    const late = rest.submitChange("edits", { rev: 1, op: [{ insert: "b" }] }, { ifMatch: etag });
    expect(await failure(late)).toMatchObject({ code: "bad_revision", status: 412 });
    const head = await rest.getContent("edits");
    await rest.submitChange("edits", { rev: 1, op: [{ insert: "b" }] }, { ifMatch: head.etag });
    const changes: unknown[] = [];
    for await (const { rev, user } of rest.listChanges("edits", { limit: 1 })) {
      changes.push([rev, user]);
    }
    expect(changes).toEqual([
      [1, "ann"],
      [2, "ann"],
    ]);
    expect(await rest.listChanges("edits", { after: 1 }).page()).toMatchObject({
      items: [{ rev: 2 }],
    });
  });
});

describe("history", () => {
  it("answers what, who, when, and brings it back", async () => {
    await rest.createDocument({ id: "past", content: [{ insert: "one\n" }] });
    const bob = new Rest(server.url, { token: token("bob") });
    await bob.submitChange("past", { rev: 0, op: [{ retain: 3 }, { insert: " two" }] });
    const version = await rest.createVersion("past", { name: "both", rev: 1 });
    await rest.submitChange("past", { rev: 1, op: [{ delete: 4 }] });

    const old = [{ insert: "one two\n" }];
    const [change] = (await rest.listChanges("past").page()).items;
    for (const moment of [{ rev: 1 }, { version: version.id }]) {
      expect(await rest.getContent("past", moment)).toMatchObject({ rev: 1, content: old });
    }
    const at = await rest.getContent("past", { at: change?.at as string });
    expect(at.rev).toBeGreaterThanOrEqual(1);
    expect(await rest.getDiff("past", { from: 2, to: 1 })).toEqual({
      from: 2,
      to: 1,
      op: [{ insert: "one " }],
    });
    expect(await rest.getDiffHTML("past", { from: 1 })).toContain("<del");
    const { runs } = await rest.getAuthorship("past", { rev: 1 });
    expect(runs.map(({ length, user }) => [length, user])).toEqual([
      [3, "ann"],
      [4, "bob"],
      [1, "ann"],
    ]);

    const users: unknown[] = [];
    for await (const run of rest.listHistory("past", { limit: 1 })) users.push([run.to, run.users]);
    expect(users).toEqual([
      [1, ["bob"]],
      [2, ["ann"]],
    ]);
    const names: string[] = [];
    for await (const { name } of rest.listVersions("past")) names.push(name);
    expect(names).toEqual(["both"]);

    expect(await rest.restore("past", { version: version.id })).toEqual({ rev: 3, appended: true });
    expect(await rest.restore("past", { rev: 1 })).toEqual({ rev: 3, appended: false });
    expect((await rest.getContent("past")).content).toEqual(old);
    await rest.deleteVersion("past", version.id);
    expect((await rest.listVersions("past").page()).items).toEqual([]);
  });

  it("tells who is there", async () => {
    const session = new Session(server.url, { WebSocket: NodeWebSocket, token: token("ann") });
    const doc = session.doc("present");
    await doc.ready();
    doc.setPresence({ name: "Ann" });
    doc.submit([{ insert: "x" }]);
    await doc.flush();
    const named = async () => (await rest.getPresence("present")).peers[session.client];
    await expect.poll(named, { timeout: 30_000 }).toMatchObject({ user: { id: "ann" } });
    session.close();
  });
});

describe("sessions", () => {
  it("are dropped by user and by document", async () => {
    const sessions = ["cleo", "dora"].map((user) => {
      return new Session(server.url, { WebSocket: NodeWebSocket, token: token(user) });
    });
    const ended: string[] = [];
    for (const session of sessions) {
      session.on("ended", ({ code }) => ended.push(`${session.user?.id} ${code}`));
      await session.doc("dropped").ready();
    }
    await rest.dropSessions({ user: "cleo" });
    await expect.poll(() => ended, { timeout: 30_000 }).toEqual(["cleo forbidden"]);
    await rest.dropSessions({ doc: "dropped" });
    await expect.poll(() => ended.at(1), { timeout: 30_000 }).toBe("dora forbidden");
    const stranger = new Rest(server.url, { token: token("eve", { "*": "write" }) });
    expect(await failure(stranger.dropSessions({ user: "ann" }))).toMatchObject({ status: 403 });
    for (const session of sessions) session.close();
  });
});

describe("errors", () => {
  it("say what is the matter", async () => {
    const stranger = new Rest(server.url);
    expect(await failure(stranger.getDocument("x"))).toMatchObject({
      code: "unauthorized",
      status: 401,
      retryable: false,
    });
    const reader = new Rest(server.url, { token: token("eve", { "*": "read" }) });
    expect(await failure(reader.createDocument({ id: "eve" }))).toMatchObject({
      code: "forbidden",
      status: 403,
    });
    expect(await failure(rest.getDocument("no such id"))).toMatchObject({
      code: "bad_document_id",
      status: 400,
    });
    await rest.createDocument({ id: "there" });
    expect(await failure(rest.createDocument({ id: "there" }))).toMatchObject({ status: 409 });
    // Paths that do not exist answer without a code.
    expect(await failure(rest.getDocument("a/b"))).toMatchObject({ code: "bad_document_id" });
  });

  it("tell a server that cannot be reached from a call that was given up", async () => {
    const mute = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const nowhere = new Rest(`http://127.0.0.1:${port}`);
    expect(await failure(nowhere.getDocument("x"))).toMatchObject({
      code: "no_connection",
      status: 0,
      retryable: true,
    });
    mute.close();
    const reason = new Error("not needed any more");
    const signal = AbortSignal.abort(reason);
    await expect(rest.getDocument("there", { signal })).rejects.toBe(reason);
  });

  it("are known by their status where something between answers", async () => {
    const proxy = new Rest("http://server", {
      fetch: async () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    });
    expect(await failure(proxy.getDocument("x"))).toMatchObject({
      code: "unavailable",
      status: 502,
      retryable: true,
    });
  });
});

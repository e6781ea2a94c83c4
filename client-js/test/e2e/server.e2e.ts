import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Delta } from "../../src/delta/index.ts";
import type { Document } from "../../src/document.ts";
import { connect } from "../../src/index.node.ts";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import type { Session, SessionOptions } from "../../src/session.ts";
import type { State } from "../../src/state/index.ts";
import { UndoStack } from "../../src/undo/index.ts";
import { Server } from "./server.ts";
import { text, until } from "./until.ts";

let server: Server;
let sessions: Session[] = [];

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());
afterEach(() => {
  for (const session of sessions) session.close();
  sessions = [];
});

function join(options: SessionOptions = {}): Session {
  const session = connect(server.url, { WebSocket: NodeWebSocket, ...options });
  sessions.push(session);
  return session;
}

async function rest(path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${server.url}/v1${path}`, {
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    headers: { "content-type": "application/json" },
  });
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
  return answer.json();
}

describe("against the server", () => {
  it("two people write one document", async () => {
    const [ann, bob] = [join().doc("both"), join().doc("both")];
    await Promise.all([ann.ready(), bob.ready()]);
    expect(ann.content).toEqual([{ insert: "\n" }]);
    for (let i = 0; i < 50; i++) {
      ann.submit([{ insert: "a" }]);
      bob.submit([{ insert: "b", attributes: { bold: true } }]);
    }
    await Promise.all([ann.flush(), bob.flush()]);
    await until(ann, () => text(ann).length === 101);
    await until(bob, () => text(bob).length === 101);
    expect(ann.content).toEqual(bob.content);
    expect(ann.status.name).toBe("saved");
    expect(await rest("/documents/both/content")).toEqual(ann.content);
  });

  it("gives a document its last newline back, in one update (P8)", async () => {
    const ann = join().doc("newline");
    await ann.ready();
    const seen: unknown[] = [];
    ann.on("change", ({ delta }) => seen.push(delta));
    const op = [{ insert: "x" }, { delete: 1 }];
    await rest("/documents/newline/changes", { rev: 0, op });
    await until(ann, () => text(ann) === "x\n");
    expect(seen).toEqual([[{ insert: "x\n" }, { delete: 1 }]]);
  });

  it("predicts the newline that stays at the end, so that an undo gives what was there", async () => {
    const [ann, bob] = [join().doc("undone"), join().doc("undone")];
    await Promise.all([ann.ready(), bob.ready()]);
    const stack = new UndoStack(ann);
    for (const op of [[{ insert: "ab" }], [{ delete: 3 }], [{ retain: 1 }, { insert: "x" }]]) {
      ann.submit(op as Delta);
      await ann.flush();
    }
    await until(bob, () => text(bob) === "\nx\n");
    expect(await rest("/documents/undone/content")).toEqual(ann.content);
    while (stack.undo());
    await ann.flush();
    await until(bob, () => text(bob) === "\n");
    expect(await rest("/documents/undone/content")).toEqual([{ insert: "\n" }]);
  });

  it("shows where the others are", async () => {
    const [ann, bob] = [join(), join()];
    const [a, b] = [ann.doc("people", { type: "text" }), bob.doc("people")];
    await Promise.all([a.ready(), b.ready()]);
    a.submit([{ insert: "hello" }]);
    a.setCursor([5, 5]);
    a.setPresence({ name: "Ann", color: "red" });
    await until(b, () => b.peers[ann.client]?.state.name === "Ann");
    await until(b, () => b.peers[ann.client]?.cursor?.[0] === 5);
    b.submit([{ insert: "> " }]);
    expect(b.peers[ann.client]?.cursor).toEqual([7, 7]);
    ann.close();
    await until(b, () => b.peers[ann.client] === undefined);
  });

  it("loses nothing when the server is killed", async () => {
    const [ann, bob] = [join().doc("killed", { type: "text" }), join().doc("killed")];
    await Promise.all([ann.ready(), bob.ready()]);
    for (let i = 0; i < 20; i++) ann.submit([{ insert: `a${i} ` }]);
    await server.down("SIGKILL");
    for (let i = 0; i < 20; i++) bob.submit([{ insert: `b${i} ` }]);
    await until(bob, () => bob.status.name === "offline");
    await server.up();
    await Promise.all([ann.flush(), bob.flush()]);
    const words = (document: Document): number => text(document).trim().split(" ").length;
    await until(ann, () => words(ann) === 40);
    await until(bob, () => words(bob) === 40);
    expect(text(ann)).toBe(text(bob));
    for (let i = 0; i < 20; i++) {
      expect(text(ann).split(`a${i} `).length, `a${i}`).toBe(2);
      expect(text(ann).split(`b${i} `).length, `b${i}`).toBe(2);
    }
  });

  it("goes on from a state that was kept", async () => {
    const before = join();
    const document = before.doc("kept", { type: "text" });
    await document.ready();
    await server.down("SIGTERM");
    await until(document, () => document.status.name === "offline");
    document.submit([{ insert: "typed offline" }]);
    const kept = JSON.parse(JSON.stringify(document.state)) as State;
    before.close();
    await server.up();
    const after = join({ client: kept.client }).doc("kept", { state: kept });
    expect(text(after)).toBe("typed offline");
    await after.flush();
    expect(await rest("/documents/kept")).toMatchObject({ rev: 1, length: 13 });
  });

  it("takes edits of other services", async () => {
    const document = join().doc("service", { type: "text" });
    await document.ready();
    document.submit([{ insert: "me" }]);
    await document.flush();
    await rest("/documents/service/changes", { rev: 0, op: [{ insert: "bot " }] });
    await until(document, () => text(document).includes("bot"));
    expect(await rest("/documents/service/content")).toEqual(document.content);
  });

  it("hands over a draft when the document is deleted", async () => {
    const document = join().doc("gone", { type: "text" });
    await document.ready();
    const deleted = fetch(`${server.url}/v1/documents/gone`, { method: "DELETE" });
    await until(document, () => document.status.name === "blocked");
    expect((await deleted).status).toBe(204);
    expect(() => document.submit([{ insert: "x" }])).toThrow(/not_found/);
    document.reopen();
    await document.ready();
    document.submit([{ insert: "anew" }]);
    await document.flush();
    expect(document.status.name).toBe("saved");
  });

  it("sends what is larger than a message in parts (S8)", async () => {
    const document = join().doc("large", { type: "text" });
    await document.ready();
    const page = "0123456789abcdef".repeat(40_000);
    document.submit([{ insert: page }]);
    await document.flush();
    expect(await rest("/documents/large/content")).toEqual([{ insert: page }]);
    expect(document.rev).toBeGreaterThan(1);
  });
});

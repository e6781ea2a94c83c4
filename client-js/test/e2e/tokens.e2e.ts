import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/index.node.ts";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import type { TokenSource } from "../../src/renewal.ts";
import type { Session } from "../../src/session.ts";
import { Server } from "./server.ts";
import { text, until } from "./until.ts";

const secret = "a secret of at least thirty-two bytes";
let server: Server;
let sessions: Session[] = [];

beforeAll(async () => {
  server = await Server.start(secret);
});
afterAll(() => server.remove());
afterEach(() => {
  for (const session of sessions) session.close();
  sessions = [];
});

type Rights = Record<string, "read" | "write" | "admin">;

/** A JWT (HS256) that lives for some seconds. */
function jwt(sub: string, docs: Rights, seconds = 600): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, name: sub, docs, exp })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function join(token: TokenSource): Session {
  const session = connect(server.url, { WebSocket: NodeWebSocket, token });
  sessions.push(session);
  return session;
}

const ended = (session: Session): Promise<string> =>
  new Promise((resolve) => session.on("ended", ({ code }) => resolve(code)));

describe("against a server that asks for tokens", () => {
  it("knows who is there, and what they may do", async () => {
    const [ann, bob] = [join(jwt("ann", { "*": "write" })), join(jwt("bob", { "*": "read" }))];
    const a = ann.doc("rights", { type: "text" });
    await a.ready();
    const b = bob.doc("rights");
    await b.ready();
    expect(ann.user).toEqual({ id: "ann", name: "ann" });
    expect([a.status.name, b.status.name]).toEqual(["saved", "readonly"]);
    a.submit([{ insert: "for all to read" }]);
    await until(b, () => text(b) === "for all to read");
    expect(() => b.submit([{ insert: "x" }])).toThrow(
      expect.objectContaining({ code: "forbidden" }),
    );
  });

  it("blocks what may not be read", async () => {
    const document = join(jwt("eve", { other: "read" })).doc("rights");
    await expect(document.ready()).rejects.toMatchObject({ code: "forbidden" });
    expect(document.status.name).toBe("blocked");
  });

  it("ends with a token that is none", async () => {
    expect(await ended(join("rubbish"))).toBe("unauthorized");
  });

  it("renews a token before it runs out, and notices what it changes", async () => {
    let asked = 0;
    const session = join(() =>
      jwt("ann", { "*": ++asked < 2 ? "write" : "read" }, asked < 2 ? 3 : 600),
    );
    const document = session.doc("renewed", { type: "text" });
    await document.ready();
    let dropped = false;
    session.on("disconnected", () => {
      dropped = true;
    });
    await until(document, () => document.status.name === "readonly");
    expect([asked, dropped]).toEqual([2, false]);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Document } from "../../src/document.ts";
import { connect } from "../../src/index.node.ts";
import { Journal } from "../../src/journal/index.ts";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import type { Session } from "../../src/session.ts";
import { Disk, type Page } from "../support/disk.ts";
import { Random } from "../support/random.ts";
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

/** A page whose end comes without a word: nothing it does is heard of any more. */
class Tab {
  readonly document: Document;
  readonly session: Session;
  readonly #page: Page;
  readonly #sockets: NodeWebSocket[] = [];
  #gone = false;

  constructor(disk: Disk, doc: string) {
    const tab = this;
    class Mortal extends NodeWebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol);
        tab.#sockets.push(this);
      }

      override send(data: string): void {
        if (!tab.#gone) super.send(data);
      }
    }
    this.#page = disk.open();
    const offline = new Journal({ user: "ann", store: async () => this.#page });
    this.session = connect(server.url, { WebSocket: Mortal, offline });
    this.document = this.session.doc(doc, { type: "text" });
    sessions.push(this.session);
  }

  crash(): void {
    this.#gone = true;
    this.#page.crash();
    for (const socket of this.#sockets) socket.close();
  }
}

/** As long as messages need to come and go, or not. */
const moment = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a journal against the server", () => {
  it("commits once what was typed between crashes, the server's among them", async () => {
    const random = new Random(7);
    const disk = new Disk();
    const watch = connect(server.url, { WebSocket: NodeWebSocket });
    sessions.push(watch);
    const seen = watch.doc("crashes", { type: "text" });
    await seen.ready();
    let typed = 0;
    for (let round = 0; round < 12; round++) {
      const tab = new Tab(disk, "crashes");
      await until(tab.document, () => tab.document.isReady);
      for (let n = 0; n < 8; n++) {
        const at = random.below(typed + 1);
        tab.document.submit([...(at > 0 ? [{ retain: at }] : []), { insert: token(typed++) }]);
        await moment(random.below(4));
      }
      tab.crash();
      if (round === 6) {
        await server.down("SIGKILL");
        await server.up();
      }
    }
    const last = new Tab(disk, "crashes");
    await until(last.document, () => last.document.isReady);
    await last.document.flush();
    await until(seen, () => text(seen).length >= typed);
    const all = Array.from({ length: typed }, (_, n) => token(n));
    expect([...text(seen)].sort()).toEqual(all);
  });

  it("sends for a tab that is gone while another one goes on", async () => {
    const disk = new Disk();
    const [one, two] = [new Tab(disk, "tabs"), new Tab(disk, "tabs")];
    for (const { document } of [one, two]) await document.ready();
    expect(one.session.client).not.toBe(two.session.client);
    await server.down("SIGKILL");
    for (const [n, { document }] of [one, two].entries()) {
      await until(document, () => document.status.name === "offline");
      document.submit([{ insert: token(n) }]);
    }
    await moment(1);
    for (const tab of [one, two]) tab.crash();
    const three = new Tab(disk, "tabs");
    await until(three.document, () => three.document.isReady);
    expect(text(three.document)).toHaveLength(1);
    await server.up();
    await until(three.document, () => text(three.document).length === 2);
    await three.document.flush();
    expect([...text(three.document)].sort()).toEqual([token(0), token(1)]);
  });
});

function token(n: number): string {
  return String.fromCodePoint(0x4e00 + n);
}

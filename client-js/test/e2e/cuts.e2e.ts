import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server,
  type Socket,
} from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Document } from "../../src/document.ts";
import { connect } from "../../src/index.node.ts";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import { Random } from "../support/random.ts";
import { Server as Coscribe } from "./server.ts";
import { text, until } from "./until.ts";

/** Hands bytes on, and cuts every connection after so many of them, wherever that is. */
class Line {
  readonly #server: Server;
  readonly #random: Random;
  cuts = 0;
  cutting = true;

  private constructor(to: URL, random: Random) {
    this.#random = random;
    this.#server = createServer((near) => {
      const far = dial(Number(to.port), to.hostname);
      this.#pass(near, far);
      this.#pass(far, near);
    });
  }

  static async open(to: string, random: Random): Promise<Line> {
    const line = new Line(new URL(to), random);
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #pass(from: Socket, to: Socket): void {
    let left = 500 + this.#random.below(6_000);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.on("data", (data) => {
      left -= data.length;
      if (left > 0 || !this.cutting) return to.write(data);
      this.cuts++;
      to.write(data.subarray(0, data.length + left), () => {
        from.destroy();
        to.destroy();
      });
    });
  }

  close(): void {
    this.#server.close();
  }
}

let coscribe: Coscribe;
let line: Line;

beforeAll(async () => {
  coscribe = await Coscribe.start();
  line = await Line.open(coscribe.url, new Random(20));
});
afterAll(async () => {
  line.close();
  await coscribe.remove();
});

it("loses nothing and repeats nothing over lines that are cut anywhere", async () => {
  const sessions = [1, 2, 3].map(() => connect(line.url, { WebSocket: NodeWebSocket }));
  const documents = sessions.map((session) => session.doc("cut", { type: "text" }));
  await Promise.all(documents.map((document) => document.ready()));
  const recovered: unknown[] = [];
  for (const document of documents) document.on("recovered", () => recovered.push(document));

  const random = new Random(7);
  const write = async (document: Document, who: number): Promise<void> => {
    for (let i = 0; i < 150; i++) {
      const places = [...text(document).matchAll(/ |$/g)].map(({ index }) => index);
      const at = random.pick(places);
      document.submit([...(at > 0 ? [{ retain: at }] : []), { insert: ` ${who}-${i}` }]);
      await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    }
  };
  await Promise.all(documents.map(write));
  line.cutting = false;
  await Promise.all(documents.map((document) => document.flush()));
  const words = (document: Document): string[] => text(document).trim().split(" ");
  for (const document of documents) await until(document, () => words(document).length === 450);

  expect(line.cuts).toBeGreaterThan(10);
  expect(new Set(documents.map(text)).size).toBe(1);
  expect(new Set(words(documents[0] as Document)).size).toBe(450);
  expect(recovered).toEqual([]);
  for (const session of sessions) session.close();
}, 120_000);

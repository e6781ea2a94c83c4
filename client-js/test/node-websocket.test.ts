import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { encodeFrame, FrameReader, opcode } from "../src/node/frames.ts";
import { NodeWebSocket } from "../src/node/websocket.ts";

let http: Server;
let server: WebSocketServer;
let url: string;

beforeEach(async () => {
  http = createServer((_, response) => response.writeHead(403).end());
  server = new WebSocketServer({ noServer: true, handleProtocols: () => "coscribe.v1" });
  http.on("upgrade", (request, socket, head) => {
    if (request.url === "/refused") socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    else if (request.url === "/odd")
      socket.end("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    else server.handleUpgrade(request, socket, head, (peer) => server.emit("connection", peer));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const peer of server.clients) peer.terminate();
  http.close();
});

const peer = (): Promise<WebSocket> => new Promise((resolve) => server.once("connection", resolve));

/** A socket, and what happens to it in order. */
function dial(path = "/"): { socket: NodeWebSocket; next: () => Promise<string> } {
  const socket = new NodeWebSocket(url + path, "coscribe.v1");
  const events: string[] = [];
  const waiting: ((event: string) => void)[] = [];
  const happen = (event: string): void => {
    const first = waiting.shift();
    if (first) first(event);
    else events.push(event);
  };
  socket.onopen = () => happen("open");
  socket.onmessage = ({ data }: { data: string }) => happen(data);
  socket.onclose = ({ code }: { code: number }) => happen(`closed ${code}`);
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      const event = events.shift();
      if (event === undefined) waiting.push(resolve);
      else resolve(event);
    });
  return { socket, next };
}

describe("a WebSocket for Node", () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 1_000_000])("echoes %i bytes", async (length) => {
    const echo = peer().then((to) => to.on("message", (data) => to.send(data.toString())));
    const { socket, next } = dial();
    expect(await next()).toBe("open");
    await echo;
    socket.send("x".repeat(length));
    expect((await next()).length).toBe(length);
    socket.close();
  });

  it("takes text in fragments, with a ping between them", async () => {
    const other = peer();
    const { next } = dial();
    await next();
    const to = await other;
    const pong = new Promise((resolve) => to.once("pong", (data) => resolve(data.toString())));
    const [first, rest] = [Buffer.from("a😀").subarray(0, 3), Buffer.from("a😀").subarray(3)];
    to.send(first, { fin: false, binary: false });
    to.ping("are you there");
    to.send(rest, { fin: true, binary: false });
    expect(await next()).toBe("a😀");
    expect(await pong).toBe("are you there");
  });

  it("tells the code of a close, and answers it", async () => {
    const other = peer();
    const { next } = dial();
    await next();
    const to = await other;
    const answered = new Promise((resolve) => to.once("close", resolve));
    to.close(4409, "replaced");
    expect(await next()).toBe("closed 4409");
    expect(await answered).toBe(4409);
  });

  it("closes", async () => {
    const other = peer();
    const { socket, next } = dial();
    await next();
    const closed = other.then((to) => new Promise((resolve) => to.once("close", resolve)));
    socket.close(1000);
    expect(await closed).toBe(1000);
    expect(await next()).toBe("closed 1000");
  });

  it.each(["/refused", "/odd"])("is closed where %s is no WebSocket", async (path) => {
    expect(await dial(path).next()).toBe("closed 1006");
  });

  it("is closed where nobody listens", async () => {
    await new Promise((resolve) => http.close(resolve));
    expect(await dial().next()).toBe("closed 1006");
  });

  it("is closed when the line is cut", async () => {
    const other = peer();
    const { next } = dial();
    await next();
    (await other).terminate();
    expect(await next()).toBe("closed 1006");
  });
});

describe("frames", () => {
  it("are found whatever the pieces", () => {
    const mask = Buffer.alloc(4);
    const frame = encodeFrame(opcode.text, Buffer.from("hello"), mask);
    // A server does not mask: take the mark and the mask away.
    const plain = Buffer.concat([Buffer.from([0x81, 5]), frame.subarray(6)]);
    const reader = new FrameReader();
    const all = [...plain, ...plain].flatMap((byte) => [...reader.read(Buffer.from([byte]))]);
    expect(all.map(({ payload }) => payload.toString())).toEqual(["hello", "hello"]);
  });

  it("that no server sends are refused", () => {
    const masked = encodeFrame(opcode.text, Buffer.from("x"), Buffer.alloc(4));
    expect(() => [...new FrameReader().read(masked)]).toThrow();
    expect(() => [...new FrameReader().read(Buffer.from([0xc1, 0]))]).toThrow();
  });
});

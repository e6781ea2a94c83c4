import { createHash, randomBytes } from "node:crypto";
import { type ClientRequest, request as http } from "node:http";
import { request as https } from "node:https";
import type { Duplex } from "node:stream";
import type { Socket } from "../socket.ts";
import { encodeFrame, type Frame, FrameReader, opcode } from "./frames.ts";

const abnormal = 1006;
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
const closeTimeout = 2_000;

/**
 * A WebSocket for Node before version 22, which has none of its own: text
 * messages over RFC 6455, no extensions.
 */
export class NodeWebSocket implements Socket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly #request: ClientRequest;
  readonly #reader = new FrameReader();
  #stream: Duplex | null = null;
  #parts: Buffer[] = [];
  #closed = false;

  constructor(address: string, protocol: string) {
    const url = new URL(address);
    const key = randomBytes(16).toString("base64");
    const secure = url.protocol === "wss:";
    url.protocol = secure ? "https:" : "http:";
    this.#request = (secure ? https : http)(url, {
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Protocol": protocol,
      },
    });
    this.#request.on("upgrade", ({ headers }, stream, first) => {
      const accept = createHash("sha1")
        .update(key + guid)
        .digest("base64");
      if (headers["sec-websocket-accept"] === accept) this.#open(stream, first);
      else stream.destroy(); // no WebSocket: the request ends with its stream
    });
    this.#request.on("response", (response) => response.destroy());
    this.#request.on("error", () => this.#end(abnormal));
    this.#request.on("close", () => this.#stream ?? this.#end(abnormal));
    this.#request.end();
  }

  send(data: string): void {
    this.#write(opcode.text, Buffer.from(data));
  }

  close(code = 1000, reason = ""): void {
    if (!this.#stream) {
      this.#request.destroy();
      this.#end(abnormal);
      return;
    }
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#write(opcode.close, payload);
    setTimeout((stream: Duplex) => stream.destroy(), closeTimeout, this.#stream).unref();
  }

  #open(stream: Duplex, first: Buffer): void {
    this.#stream = stream;
    stream.on("error", () => this.#end(abnormal));
    stream.on("close", () => this.#end(abnormal));
    stream.on("data", (piece: Buffer) => this.#read(piece));
    this.onopen?.({} as never);
    if (first.length > 0) this.#read(first);
  }

  #read(piece: Buffer): void {
    try {
      for (const frame of this.#reader.read(piece)) this.#take(frame);
    } catch {
      this.#stream?.destroy();
    }
  }

  #take({ opcode: code, final, payload }: Frame): void {
    switch (code) {
      case opcode.ping:
        return this.#write(opcode.pong, payload);
      case opcode.pong:
        return;
      case opcode.close:
        this.#write(opcode.close, payload.subarray(0, 2));
        this.#stream?.end();
        return this.#end(payload.length >= 2 ? payload.readUInt16BE() : 1005);
    }
    this.#parts.push(payload);
    if (!final) return;
    const data = Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    if (!this.#closed) this.onmessage?.({ data } as never);
  }

  #write(code: number, payload: Buffer): void {
    if (this.#closed || !this.#stream?.writable) return;
    this.#stream.write(encodeFrame(code, payload, randomBytes(4)));
  }

  #end(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.({ code } as never);
  }
}

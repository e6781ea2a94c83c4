import type { Socket } from "../../src/socket.ts";
import type { ClientMessage, ServerMessage } from "../../src/wire.ts";

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  static made: FakeSocket[] = [];
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: string;
  readonly sent: ClientMessage[] = [];
  closed = false;

  constructor(url: string) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  /** The newest one. */
  static get last(): FakeSocket {
    const socket = FakeSocket.made.at(-1);
    if (!socket) throw new Error("no socket was made");
    return socket;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientMessage);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.({} as never);
  }

  receive(message: ServerMessage | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.onmessage?.({ data } as never);
  }

  end(code: number): void {
    this.onclose?.({ code } as never);
  }

  /** The messages of a kind that were sent. */
  of<T extends ClientMessage["t"]>(t: T): Extract<ClientMessage, { t: T }>[] {
    return this.sent.filter((m): m is Extract<ClientMessage, { t: T }> => m.t === t);
  }
}

export const welcome = (expires?: string): ServerMessage => ({
  t: "hello",
  session: "s",
  user: { id: "ann" },
  ...(expires ? { expires } : {}),
  limits: { message: 65_536, document: 1_000_000, window: 1_000 },
});

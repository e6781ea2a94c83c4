import { backoff, reaction } from "./backoff.ts";
import { type Code, CoscribeError, close } from "./errors.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Renewal, type TokenSource } from "./renewal.ts";
import type { Socket, SocketConstructor } from "./socket.ts";
import {
  type ClientMessage,
  type DocumentMessage,
  decode,
  encode,
  type ServerMessage,
  subprotocol,
  type Welcome,
} from "./wire.ts";

/** Who uses a connection. */
export interface ConnectionHandler {
  /** A socket is open and `hello` was sent: messages can follow without waiting for its answer. */
  up(): void;
  welcome(message: Welcome): void;
  message(message: DocumentMessage): void;
  /** The socket is gone; with `tooBig` because of the size of a message. Another one follows. */
  down(tooBig: boolean): void;
  /** Something went wrong that does not end the connection. */
  trouble(error: CoscribeError): void;
  /** No other socket follows. */
  ended(error: CoscribeError): void;
}

export interface ConnectionOptions {
  readonly url: string;
  /** The client id for the next `hello`. */
  readonly client: () => string;
  readonly token: TokenSource | undefined;
  readonly socket: SocketConstructor;
}

/** Keeps one socket to the server open, and nothing else: it knows no documents. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handler: ConnectionHandler;
  readonly #heartbeat = new Heartbeat(
    () => this.send({ t: "ping" }),
    () => this.#lost(1006),
  );
  readonly #renewal = new Renewal(() => this.#authenticate());
  /** Events of any other socket are of the past. */
  #socket: Socket | null = null;
  #up = false;
  #dialling: object | null = null;
  #attempts = 0;
  #drainUntil = 0;
  #refusal: CoscribeError | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions, handler: ConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  open(): void {
    globalThis.addEventListener?.("online", this.#online);
    void this.#dial();
  }

  /** Sends a message, if there is a socket. */
  send(message: ClientMessage): void {
    if (this.#up) this.#socket?.send(encode(message));
  }

  close(): void {
    globalThis.removeEventListener?.("online", this.#online);
    this.#drop();
  }

  /** There is a network again: no need to wait for the next attempt. */
  readonly #online = (): void => {
    if (!this.#socket && !this.#dialling) void this.#dial();
  };

  async #dial(): Promise<void> {
    clearTimeout(this.#timer);
    const dialling = {};
    this.#dialling = dialling;
    try {
      const token = await this.#token();
      if (this.#dialling !== dialling) return;
      this.#attach(new this.#options.socket(this.#options.url, subprotocol), token);
    } catch (cause) {
      if (this.#dialling !== dialling) return;
      this.#handler.trouble(
        new CoscribeError("no_connection", `no connection: ${String(cause)}`, { cause }),
      );
      this.#again(backoff(this.#attempts++));
    }
    this.#dialling = null;
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === "function" ? token() : token;
  }

  #attach(socket: Socket, token: string | undefined): void {
    this.#socket = socket;
    this.#heartbeat.expect();
    const current = <E>(listener: (event: E) => void) =>
      ((event: E) => {
        if (this.#socket === socket) listener(event);
      }) as (event: never) => void;
    socket.onopen = current(() => this.#hello(token));
    socket.onmessage = current((event: { data: unknown }) => this.#arrived(event.data));
    socket.onclose = current((event: { code: number }) => this.#lost(event.code));
    socket.onerror = () => {}; // a close follows
  }

  #hello(token: string | undefined): void {
    this.#up = true;
    this.#refusal = null;
    this.send({ t: "hello", client: this.#options.client(), ...(token ? { token } : {}) });
    this.#handler.up();
  }

  #arrived(data: unknown): void {
    this.#heartbeat.beat();
    const message = typeof data === "string" ? decode(data) : null;
    if (message) this.#take(message);
  }

  #take(message: ServerMessage): void {
    switch (message.t) {
      case "hello":
        this.#attempts = 0;
        this.#expires(message.expires);
        return this.#handler.welcome(message);
      case "auth":
        return this.#expires(message.expires);
      case "draining":
        return this.#drain(message.within);
      case "pong":
        return;
      case "error":
        if (message.doc === undefined) return this.#refused(message.code, message.message);
    }
    this.#handler.message(message as DocumentMessage);
  }

  #refused(code: Code, message: string): void {
    this.#refusal = new CoscribeError(code, message);
    this.#handler.trouble(this.#refusal);
  }

  #expires(time: string | undefined): void {
    if (time && typeof this.#options.token === "function") this.#renewal.before(time);
  }

  async #authenticate(): Promise<void> {
    const token = await this.#token();
    if (token) this.send({ t: "auth", token });
  }

  /** Moves to another server at some moment before this one goes away. */
  #drain(within: number): void {
    this.#drainUntil = Date.now() + within;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(close.draining), Math.random() * within);
  }

  #lost(code: number): void {
    const wasUp = this.#up;
    this.#drop();
    if (wasUp) this.#handler.down(code === close.tooBig);
    const next = reaction(code);
    if (next === "never" || (next === "token" && typeof this.#options.token !== "function")) {
      this.close();
      this.#handler.ended(this.#refusal ?? ending(code));
      return;
    }
    if (next === "later") this.#attempts = Math.max(this.#attempts, 3);
    const left = this.#drainUntil - Date.now();
    this.#again(left > 0 ? Math.random() * left : backoff(this.#attempts++));
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#dial(), ms);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#up = false;
    this.#dialling = null;
    this.#heartbeat.stop();
    this.#renewal.stop();
    clearTimeout(this.#timer);
    socket?.close();
  }
}

function ending(code: number): CoscribeError {
  const codes: Record<number, Code> = {
    [close.badProtocol]: "bad_message",
    [close.forbidden]: "forbidden",
    [close.replaced]: "replaced",
    [close.unauthenticated]: "unauthorized",
  };
  return new CoscribeError(codes[code] ?? "no_connection", `the server closed with ${code}`);
}

/**
 * What travels between the client and the server, version 1 of the protocol:
 * one JSON object in one text frame, `t` its kind.
 */
import type { Delta, DocumentType, Json } from "./delta/types.ts";
import type { WireCode } from "./errors.ts";

export const subprotocol = "coscribe.v1";

/** RFC 3339 in UTC with milliseconds. */
export type Time = string;

/** What a token lets its user do with a document. */
export type Access = "read" | "write" | "admin";

export interface User {
  readonly id: string;
  readonly name?: string;
}

/** A selection: offsets in UTF-16 code units. The head is where the caret is. */
export type Cursor = readonly [anchor: number, head: number];

/** Whatever else others should see of a client: a name, a colour. At most 4 KB of JSON. */
export type PresenceState = { readonly [name: string]: Json };

/** What others see of a client. */
export interface Peer {
  readonly user: User;
  readonly cursor: Cursor | null;
  readonly state: PresenceState;
}

export type Peers = { readonly [client: string]: Peer };

export interface Limits {
  /** Bytes of one message. */
  readonly message: number;
  /** UTF-16 code units of one document. */
  readonly document: number;
  /** How many changes an op may be behind the head. */
  readonly window: number;
}

/** A committed op: it takes revision `rev - 1`, or `from` where a run was squashed, to `rev`. */
export interface Change {
  readonly from?: number;
  readonly rev: number;
  readonly op: Delta;
  readonly client?: string;
  readonly seq?: number;
  readonly user: string;
  readonly at: Time;
}

export type Hello = { readonly t: "hello"; readonly client: string; readonly token?: string };
export type Auth = { readonly t: "auth"; readonly token: string };
export type Open = {
  readonly t: "open";
  readonly doc: string;
  readonly type?: DocumentType;
  readonly rev?: number;
  readonly epoch?: string;
  readonly at?: Time;
};
export type Submit = {
  readonly t: "op";
  readonly doc: string;
  readonly rev: number;
  readonly seq: number;
  readonly op: Delta;
};
export type Present = {
  readonly t: "presence";
  readonly doc: string;
  readonly rev: number;
  readonly cursor?: Cursor | null;
  readonly state?: PresenceState | null;
};
export type Close = { readonly t: "close"; readonly doc: string };
export type Ping = { readonly t: "ping" };

export type ClientMessage = Hello | Auth | Open | Submit | Present | Close | Ping;

export type Welcome = {
  readonly t: "hello";
  readonly session: string;
  readonly user: User;
  readonly expires?: Time;
  readonly limits: Limits;
};
export type Authenticated = { readonly t: "auth"; readonly expires?: Time };

interface Joined {
  readonly t: "opened";
  readonly doc: string;
  readonly type: DocumentType;
  readonly epoch: string;
  readonly rev: number;
  readonly at: Time;
  readonly access: Access;
  /** The last seq that this client has committed; 0 for none. */
  readonly seq: number;
  readonly presence: Peers;
}
export interface OpenedAfresh extends Joined {
  readonly content: Delta;
  readonly changes?: never;
}
export interface Resumed extends Joined {
  readonly from: number;
  readonly changes: readonly Change[];
  readonly content?: never;
}
export type Opened = OpenedAfresh | Resumed;

export type Changes = {
  readonly t: "changes";
  readonly doc: string;
  readonly changes: readonly Change[];
};
export type Ack = {
  readonly t: "ack";
  readonly doc: string;
  readonly rev: number;
  readonly seq: number;
};
export type Presence = {
  readonly t: "presence";
  readonly doc: string;
  readonly rev: number;
  readonly cursors: { readonly [client: string]: Cursor | null };
  readonly peers: { readonly [client: string]: Peer | null };
};
export type AccessChanged = {
  readonly t: "access";
  readonly doc: string;
  readonly access: Access;
};
export type Closed = { readonly t: "closed"; readonly doc: string; readonly code: WireCode };
export type Draining = { readonly t: "draining"; readonly within: number };
export type Pong = { readonly t: "pong" };
export type Refusal = {
  readonly t: "error";
  readonly code: WireCode;
  readonly message: string;
  readonly doc?: string;
  readonly seq?: number;
};

/** What concerns one document. */
export type DocumentMessage =
  | Opened
  | Changes
  | Ack
  | Presence
  | AccessChanged
  | Closed
  | (Refusal & { readonly doc: string });

export type ServerMessage = Welcome | Authenticated | DocumentMessage | Draining | Pong | Refusal;

const kinds: ReadonlySet<unknown> = new Set<ServerMessage["t"]>([
  "hello",
  "auth",
  "opened",
  "changes",
  "ack",
  "presence",
  "access",
  "closed",
  "draining",
  "pong",
  "error",
]);

/** The message in a frame; `null` where it is of no kind that this version knows. */
export function decode(frame: string): ServerMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) return null;
  return kinds.has((message as { t?: unknown }).t) ? (message as ServerMessage) : null;
}

export function encode(message: ClientMessage): string {
  return JSON.stringify(message);
}

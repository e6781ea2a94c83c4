import type { Delta, DocumentType } from "../delta/index.ts";
import type { Code } from "../errors.ts";
import type {
  Access,
  ClientMessage,
  Cursor,
  DocumentMessage,
  Limits,
  Peers,
  PresenceState,
  Time,
} from "../wire.ts";

/** A place on the line of one document: a revision of an epoch, and when it was committed. */
export interface Place {
  readonly epoch: string;
  readonly rev: number;
  readonly at: Time;
}

/** The op that was sent and is neither acknowledged nor refused: nothing is merged into it (S2). */
export interface InFlight {
  readonly seq: number;
  /** As it applies to the base. */
  readonly op: Delta;
  /** How many edits end with it: none where more of them is in the buffer. */
  readonly edits: number;
  /** Whether an answer to it is awaited on this connection. */
  readonly sent: boolean;
  /** The revision, not yet reached here, that it was committed as (S4). */
  readonly committed?: number;
}

/** What this client shows of itself. */
export interface OwnPresence {
  readonly cursor: Cursor | null;
  readonly state: PresenceState | null;
}

/**
 * How it stands with the server: no connection, a connection on which the
 * document is not open, an open that awaits its answer (until then everything
 * that arrives is of an older stream), or the stream of changes.
 */
export type Link = "down" | "idle" | "joining" | "live";

/**
 * Everything that a client knows about one document: one plain value, which
 * survives JSON. What the editor shows is `content`: the base, the op in
 * flight and the buffer composed.
 *
 *     base ── inFlight ──▶ · ── buffer[0] ──▶ · ── … ──▶ content
 *      │
 *      └ the server's content at `place`
 */
export interface State {
  /** The format of this value. */
  readonly version: 2;
  readonly doc: string;
  readonly type: DocumentType;
  readonly client: string;
  /** Where the base is; `null` until the document was first opened. */
  readonly place: Place | null;
  /** The base is not what the server has at that place: open afresh (S6, S9). */
  readonly lost: boolean;
  readonly base: Delta;
  readonly content: Delta;
  /** The last seq that was committed. */
  readonly seq: number;
  readonly inFlight: InFlight | null;
  /** Ops not sent yet, each on top of the one before, none larger than a message may be (S8). */
  readonly buffer: readonly Delta[];
  /** How many edits are in the buffer, while it is not empty. */
  readonly edits: number;
  readonly access: Access;
  readonly limits: Limits;
  readonly link: Link;
  /** Whether nothing is sent until the event `retry`. */
  readonly held: boolean;
  /** How often in a row the server could not answer just now. */
  readonly attempts: number;
  /** How often in a row the server refused to go on with an op. */
  readonly refusals: number;
  /** Why nothing goes on until the event `reopen`. */
  readonly blocked: Code | null;
  /** The others, their cursors as of the base. */
  readonly peers: Peers;
  /** What others should see of this client, the cursor as of the content. */
  readonly own: OwnPresence;
  /** What the server believes of that, the cursor as of the base. */
  readonly told: OwnPresence;
}

export type Event =
  /** A local edit, in normal form. Throws, and changes nothing, where it is not possible. */
  | { readonly type: "edit"; readonly op: Delta }
  /** There is a connection, and `hello` was sent on it for this client. */
  | { readonly type: "connected"; readonly client: string }
  | { readonly type: "disconnected" }
  | { readonly type: "limits"; readonly limits: Limits }
  | { readonly type: "message"; readonly message: DocumentMessage }
  /** The time after the effect `retry` is over. */
  | { readonly type: "retry" }
  /** What others should see of this client; what is absent stays as it was, but a null state leaves. */
  | ({ readonly type: "present" } & Partial<OwnPresence>)
  /** Tell the others now, if there is anything to tell. */
  | { readonly type: "tell" }
  /** Nothing of this document can go on. */
  | { readonly type: "block"; readonly code: Code }
  /** Give up what is blocked, unsent edits with it, and join afresh. */
  | { readonly type: "reopen" };

export type Effect =
  | { readonly type: "send"; readonly message: ClientMessage }
  /** What the editor has to apply: everything of one frame at once (P8). */
  | { readonly type: "update"; readonly delta: Delta }
  /** Come back with the event `retry` after a while, the longer the more attempts. */
  | { readonly type: "retry"; readonly attempt: number }
  /** The server's content was taken where it was not as predicted (S9). */
  | { readonly type: "recovered" }
  /** The client id belongs to someone else, and nothing was committed under it: take a new one. */
  | { readonly type: "rename" }
  | { readonly type: "refused"; readonly code: Code; readonly message: string };

/** Edits that could not be saved, for the person who made them. */
export interface Draft {
  readonly code: Code;
  readonly doc: string;
  readonly type: DocumentType;
  /** Where the base was; `null` where the document was never opened. */
  readonly place: Place | null;
  /** The last content known from the server. */
  readonly base: Delta;
  /** The edits on top of it, in order. */
  readonly ops: readonly Delta[];
  /** The content with them. */
  readonly content: Delta;
}

/** How a document stands with the server. `unsaved` counts edits. */
export type Status =
  /** The server has committed everything. */
  | { readonly name: "saved" }
  /** Edits are on their way. */
  | { readonly name: "saving"; readonly unsaved: number }
  /** There is no stream of changes; edits are kept and sent later. */
  | { readonly name: "offline"; readonly unsaved: number }
  /** Edits are not possible, and there are none. */
  | { readonly name: "readonly"; readonly reason: Code }
  /** Nothing goes on. What was not saved is in the draft: `null` if all was. */
  | { readonly name: "blocked"; readonly reason: Code; readonly draft: Draft | null };

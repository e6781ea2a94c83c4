/** What went wrong, for programs. The words are the protocol's and never change their meaning. */
export const codes = [
  "bad_message",
  "hello_required",
  "unauthorized",
  "token_expired",
  "forbidden",
  "not_found",
  "bad_document_id",
  "invalid_op",
  "bad_revision",
  "stale",
  "seq_gap",
  "client_taken",
  "replaced",
  "too_large",
  "rate_limited",
  "unavailable",
  "closing",
  "internal",
] as const;

/** A code of the protocol, as the server sends it. */
export type WireCode = (typeof codes)[number];

/**
 * A code of the protocol, or one of the client's own:
 *
 * - `lost_base`: the document is another one than it was (deleted and created
 *   again), so that unsent edits have nothing to stand on;
 * - `not_ready`: the content has not arrived yet;
 * - `blocked`: the document takes no edits until it is reopened;
 * - `closed`: the document or the session was closed here;
 * - `no_connection`: a socket could not be opened, or a token not be had;
 * - `not_shown`: an editor cannot show the content;
 * - `no_journal`: what is typed does not survive a reload.
 */
export type Code =
  | WireCode
  | "lost_base"
  | "not_ready"
  | "blocked"
  | "closed"
  | "no_connection"
  | "not_shown"
  | "no_journal";

const passing: ReadonlySet<Code> = new Set<Code>([
  "token_expired",
  "stale",
  "rate_limited",
  "unavailable",
  "closing",
  "internal",
  "not_ready",
  "no_connection",
]);

/** Every error that this package throws, rejects with or emits. */
export class CoscribeError extends Error {
  override readonly name = "CoscribeError";
  /** What went wrong, for programs. */
  readonly code: Code;
  /** Whether the same thing may succeed later without anyone changing anything. */
  readonly retryable: boolean;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = passing.has(code);
  }
}

/** Why a socket closed, as the server tells it. */
export const close = {
  normal: 1000,
  draining: 1001,
  tooBig: 1009,
  overloaded: 1013,
  badProtocol: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  noHello: 4408,
  replaced: 4409,
} as const;

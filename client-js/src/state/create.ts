import type { Delta, DocumentType } from "../delta/index.ts";
import { CoscribeError } from "../errors.ts";
import type { Limits } from "../wire.ts";
import { nobody } from "./presence.ts";
import { pending } from "./turn.ts";
import type { Draft, State, Status } from "./types.ts";

/** What is assumed until the server has told its own. */
const cautious: Limits = { message: 64 << 10, document: 1 << 20, window: 1000 };

/** The state of a document that was never opened. */
export function create(doc: string, type: DocumentType, client: string): State {
  return {
    version: 1,
    doc,
    type,
    client,
    place: null,
    lost: false,
    base: [],
    content: [],
    seq: 0,
    inFlight: null,
    buffer: [],
    access: "write",
    limits: cautious,
    link: "down",
    held: false,
    attempts: 0,
    refusals: 0,
    blocked: null,
    peers: {},
    own: nobody,
    told: nobody,
  };
}

/**
 * A state that was kept as JSON, as it is without a connection. The op in
 * flight may have been committed under the client's id: nobody else takes it.
 */
export function restore(kept: State, doc: string, client: string): State {
  if (kept.version !== 1 || kept.doc !== doc) {
    throw new CoscribeError("bad_message", `what was kept is no state of ${doc}`);
  }
  if (kept.inFlight && kept.client !== client) {
    throw new CoscribeError("client_taken", `what was kept belongs to client ${kept.client}`);
  }
  const inFlight = kept.inFlight && { ...kept.inFlight, sent: false };
  return { ...kept, inFlight, link: "down", held: false, peers: {}, told: nobody };
}

export function status(state: State): Status {
  const { blocked, access, link } = state;
  const unsaved = pending(state).length > 0;
  if (blocked || (access === "read" && unsaved)) return "blocked";
  if (link !== "live") return "offline";
  if (access === "read") return "readonly";
  return unsaved ? "saving" : "saved";
}

/** What was not saved of a document that is blocked; `null` where there is nothing. */
export function draft(state: State): Draft | null {
  const ops: readonly Delta[] = pending(state);
  if (ops.length === 0 || status(state) !== "blocked") return null;
  const { blocked, doc, type, place, base, content } = state;
  return { code: blocked ?? "forbidden", doc, type, place, base, ops, content };
}

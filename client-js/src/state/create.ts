import type { DocumentType } from "../delta/index.ts";
import { CoscribeError } from "../errors.ts";
import type { Limits } from "../wire.ts";
import { nobody } from "./presence.ts";
import type { State } from "./types.ts";

/** What is assumed until the server has told its own. */
const cautious: Limits = { message: 64 << 10, document: 1 << 20, window: 1000 };

/** The state of a document that was never opened. */
export function create(doc: string, type: DocumentType, client: string): State {
  return {
    version: 2,
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
    edits: 0,
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
  if (kept.version !== 2 || kept.doc !== doc) {
    throw new CoscribeError("bad_message", `what was kept is no state of ${doc}`);
  }
  if (kept.inFlight && kept.client !== client) {
    throw new CoscribeError("client_taken", `what was kept belongs to client ${kept.client}`);
  }
  const inFlight = kept.inFlight && { ...kept.inFlight, sent: false };
  return { ...kept, inFlight, link: "down", held: false, peers: {}, told: nobody };
}

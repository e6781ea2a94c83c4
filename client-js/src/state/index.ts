/**
 * What happens to one document, without a socket and without an editor: a
 * plain value, and a pure function from a state and an event to the next state
 * and what has to be done. (After the client of ot.js and codemirror/collab.)
 */
export { create, restore } from "./create.ts";
export { due, visiblePeers } from "./presence.ts";
export { sameStatus, status, statusText } from "./status.ts";
export { step } from "./step.ts";
export { pending } from "./turn.ts";
export type { Draft, Effect, Event, Link, OwnPresence, Place, State, Status } from "./types.ts";

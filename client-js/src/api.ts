/** What the package exports besides `connect`, which knows its platform. */

export { type Appearance, appearance } from "./appearance.ts";
export type { Attributes, Delta, DocumentType, Embed, Json, Op } from "./delta/index.ts";
export { type ContentChange, Document, type DocumentEvents } from "./document.ts";
export type { Off } from "./emitter.ts";
export { type Code, CoscribeError, type WireCode } from "./errors.ts";
export type { TokenSource } from "./renewal.ts";
export { type DocOptions, Session, type SessionEvents, type SessionOptions } from "./session.ts";
export type { Socket, SocketConstructor } from "./socket.ts";
export { type Draft, type State, type Status, statusText } from "./state/index.ts";
export { type UndoEvents, type UndoOptions, UndoStack } from "./undo/index.ts";
export type { Access, Cursor, Limits, Peer, Peers, PresenceState, User } from "./wire.ts";

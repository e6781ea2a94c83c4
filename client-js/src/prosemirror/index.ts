/**
 * The mapping between ProseMirror's trees and deltas: what a document looks
 * like in the editor, and what the editor's tree is as a document.
 *
 * `toDelta(fromDelta(schema, content))` is `content` for every content, and
 * both are pure functions. StarterKit's blocks, marks and embeds have the
 * formats that Quill gives them; where a tree says more (see place.ts), lines
 * have the format `nest`; where a delta says more, the tree carries it along
 * (see schema.ts).
 */
export { fromDelta } from "./read.ts";
export { embedSpec, formatsSpec, withCoscribe } from "./schema.ts";
export { toDelta } from "./write.ts";

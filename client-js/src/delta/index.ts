/**
 * The delta engine: what operations on documents are and how they combine,
 * with the semantics of quill-delta 5 and rich-text 4, where lengths are
 * UTF-16 code units. Pure functions over plain JSON values. Where input does
 * not fit or would cut a surrogate pair they throw a CoscribeError with the
 * code `invalid_op`.
 */
export { Builder, normalize } from "./builder.ts";
export { parse, parseContent } from "./check.ts";
export { apply, compose, composeAll } from "./compose.ts";
export { diff } from "./diff.ts";
export { invert } from "./invert.ts";
export { cross, transform, transformCursor, transformPosition } from "./transform.ts";
export type {
  Attributes,
  DeleteOp,
  Delta,
  DocumentType,
  Embed,
  InsertOp,
  Json,
  Op,
  RetainOp,
} from "./types.ts";
export { baseLength, growth, length } from "./types.ts";

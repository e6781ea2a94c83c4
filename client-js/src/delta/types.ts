/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Formats by name. On a retain, `null` takes one away. */
export type Attributes = { readonly [name: string]: Json };

/** An object in the text, one key naming its kind: `{ image: "x.png" }`. One unit long. */
export type Embed = { readonly [kind: string]: Json };

export interface InsertOp {
  readonly insert: string | Embed;
  readonly attributes?: Attributes;
  readonly retain?: never;
  readonly delete?: never;
}

export interface RetainOp {
  readonly retain: number;
  readonly attributes?: Attributes;
  readonly insert?: never;
  readonly delete?: never;
}

export interface DeleteOp {
  readonly delete: number;
  readonly attributes?: never;
  readonly insert?: never;
  readonly retain?: never;
}

/** One component of a delta. */
export type Op = InsertOp | RetainOp | DeleteOp;

/**
 * A change to a document, walked from its beginning, or, made of inserts
 * alone, a document. All lengths are UTF-16 code units. Values are never
 * modified: every function returns a new one, which may share parts with its
 * arguments.
 */
export type Delta = readonly Op[];

/** The types of documents: `text` has neither attributes nor embeds. */
export type DocumentType = "rich-text" | "text";

/** The component that inserts text or an embed. */
export function insert(what: string | Embed, attributes?: Attributes): InsertOp {
  return attributes ? { insert: what, attributes } : { insert: what };
}

/** The component that keeps `n` units, and formats them where it has attributes. */
export function retain(n: number, attributes?: Attributes): RetainOp {
  return attributes ? { retain: n, attributes } : { retain: n };
}

/** The component that deletes `n` units. */
export function remove(n: number): DeleteOp {
  return { delete: n };
}

/** The length of what a component inserts, keeps or deletes, in units. */
export function size(op: Op): number {
  if (op.insert !== undefined) return typeof op.insert === "string" ? op.insert.length : 1;
  return op.retain ?? op.delete;
}

/** The length of a document, in units. */
export function length(content: Delta): number {
  return content.reduce((n, op) => n + (op.insert === undefined ? 0 : size(op)), 0);
}

/** How much of a document a delta walks over: it needs one at least that long. */
export function baseLength(delta: Delta): number {
  return delta.reduce((n, op) => n + (op.insert === undefined ? size(op) : 0), 0);
}

/** How much longer a delta makes a document. */
export function growth(delta: Delta): number {
  return delta.reduce((n, op) => n + (op.insert === undefined ? -(op.delete ?? 0) : size(op)), 0);
}

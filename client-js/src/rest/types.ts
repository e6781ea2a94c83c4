/**
 * What the REST API takes and answers. Times are RFC 3339 in UTC with
 * milliseconds, lengths are UTF-16 code units.
 */
import type { Delta, DocumentType } from "../delta/types.ts";
import type { Peers } from "../wire.ts";

/** How content can be written. */
export type Format = "delta" | "text" | "html" | "markdown";

/** What content is in a format: a delta of inserts, else a string. */
export type Written<F extends Format> = F extends "delta" ? Delta : string;

export interface DocumentInfo {
  readonly id: string;
  readonly type: DocumentType;
  /** A new one whenever an id is created again. */
  readonly epoch: string;
  /** The head. */
  readonly rev: number;
  readonly length: number;
  readonly created: string;
  readonly updated: string;
}

export interface NewDocument<F extends Format = "delta"> {
  /** Made by the server where it is not given. */
  readonly id?: string;
  /** `rich-text` unless given. */
  readonly type?: DocumentType;
  /** `delta` unless given. */
  readonly format?: F;
  readonly content?: Written<F>;
}

/** A moment of a document, named in one of three ways; the head where in none. */
export interface Moment {
  readonly rev?: number;
  /** As after the last change not later than this time. */
  readonly at?: string;
  /** The id of a named version. */
  readonly version?: string;
}

/** The content at one revision. */
export interface Content<F extends Format = "delta"> {
  readonly epoch: string;
  readonly rev: number;
  /** What `ifMatch` takes, to refuse an edit where this is no longer the head. */
  readonly etag: string;
  readonly content: Written<F>;
}

/**
 * Makes a call that can be repeated: with the same client and seq it is done
 * once. Both or neither.
 */
export interface Submitter {
  /** A UUID. */
  readonly client?: string;
  /** 1, 2, 3 …: one for each change of this client. */
  readonly seq?: number;
}

export interface NewChange extends Submitter {
  /** The revision that the op was made on. */
  readonly rev: number;
  readonly op: Delta;
  /** Refuses the edit where the document has another. */
  readonly epoch?: string;
}

/** An edit as it was committed. */
export interface Committed {
  readonly rev: number;
  /** Absent where a repeat's is no longer kept. */
  readonly op?: Delta;
}

/** What took the revision before to `rev`. */
export interface Change {
  /** Where it starts, if it is a squashed run. */
  readonly from?: number;
  readonly rev: number;
  readonly op: Delta;
  readonly client?: string;
  readonly seq?: number;
  /** The user's id. */
  readonly user: string;
  readonly at: string;
}

/** A run of editing: what took revision `from`, which is not part of it, to revision `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
  /** Their ids, in the order in which they came. */
  readonly users: readonly string[];
  readonly started: string;
  readonly ended: string;
  readonly added: number;
  readonly removed: number;
}

/** One op that takes revision `from` to revision `to`, which may be the earlier one. */
export interface Diff {
  readonly from: number;
  readonly to: number;
  readonly op: Delta;
}

/** Who inserted a stretch of the content, in which change. */
export interface Credit {
  readonly length: number;
  readonly user: string;
  readonly rev: number;
  readonly at: string;
}

export interface Authorship {
  readonly rev: number;
  /** They cover the content from its beginning to its end. */
  readonly runs: readonly Credit[];
}

/** A revision that has a name. */
export interface Version {
  readonly id: string;
  /** Others may have the same. */
  readonly name: string;
  readonly rev: number;
  /** Who named it. */
  readonly user: string;
  readonly at: string;
}

export interface NewVersion extends Submitter {
  readonly name: string;
  /** The head where it is not given. */
  readonly rev?: number;
}

export interface Restored {
  /** Where the content is the old one; the head if it was already. */
  readonly rev: number;
  /** False where there was nothing to do. */
  readonly appended: boolean;
}

export interface Presence {
  /** What the cursors refer to. */
  readonly rev: number;
  readonly peers: Peers;
}

/** Whose sessions are dropped: all of a user's, or all that have a document open. */
export type Whose =
  | { readonly user: string; readonly doc?: never }
  | { readonly doc: string; readonly user?: never };

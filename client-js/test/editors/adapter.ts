import type { BindingOptions } from "../../src/bindings/link.ts";
import type { Delta, DocumentType } from "../../src/delta/index.ts";
import type { Document } from "../../src/document.ts";

/**
 * An editor that is bound to a document, as the conformance suite sees it. All
 * places are offsets in the document. Nothing here may ask the document: what
 * is told is what the editor has and shows.
 */
export interface Bound {
  content(): Delta;
  focus(): void;
  select(anchor: number, head: number): void;
  selection(): readonly [anchor: number, head: number];
  /** Puts a text in place of `[from, to)`, as an edit of the person. */
  replace(from: number, to: number, text: string): void;
  editable(): boolean;
  /** The place at a point of the window, `null` where there is none. */
  at(x: number, y: number): number | null;
  /** Ends the binding. */
  end(): void;
}

/**
 * Told when the editor begins to tell of a change of what it shows, whoever
 * made it, and when all who listen have heard of it.
 */
export interface Clock {
  begin(): void;
  end(): void;
  /** In place of both: how long a binding took for a change that it takes in parts, in milliseconds. */
  spent(ms: number): void;
}

/** What the suite needs to know of one kind of editor. */
export interface Adapter {
  /** The type of document that it shows. */
  readonly type: DocumentType;
  mount(parent: HTMLElement, document: Document, options: BindingOptions, clock: Clock): Bound;
}

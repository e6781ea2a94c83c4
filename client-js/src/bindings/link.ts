import { compose, cross, type Delta, type DocumentType, diff, growth } from "../delta/index.ts";
import type { ContentChange, Document } from "../document.ts";
import type { Off } from "../emitter.ts";
import { CoscribeError } from "../errors.ts";
import { UndoStack } from "../undo/index.ts";
import type { PresenceState } from "../wire.ts";
import { type Caret, carets } from "./carets.ts";

/** What every binding takes. */
export interface BindingOptions {
  /** What the others see at the caret: `{ name: "Ann", color: "#c2410c" }`. */
  readonly user?: PresenceState & { readonly name?: string; readonly color?: string };
  /** Told when an edit was not possible and was taken back: over a limit, most likely. */
  readonly onRefused?: (error: CoscribeError) => void;
  /**
   * Told when the editor cannot show the document (`not_shown`): an embed that
   * it does not know, or a document of another type. It is disabled, and what
   * it shows is not to be relied on. Nothing that was typed is lost by that.
   * Without this the error is thrown where nothing catches it.
   */
  readonly onFailed?: (error: CoscribeError) => void;
}

/** An editor that is bound: call it to end that. */
export interface Binding {
  (): void;
  /** Undoes and redoes the person's own edits: for buttons, since keys and menus do so already. */
  readonly history: UndoStack;
}

/** What a binding makes of its editor. */
export interface Editor {
  /** The type of document that it can show. */
  readonly type: DocumentType;
  /** What it shows. */
  read(): Delta;
  /** Applies a change that is none of the person's. What it throws ends the binding's work. */
  apply(delta: Delta): void;
  /** Puts the caret where an undo was. */
  select(anchor: number, head: number): void;
  setEditable(editable: boolean): void;
}

/**
 * Keeps an editor and a document the same. The document knows by the origin
 * which changes were the editor's own.
 *
 * While the editor composes (an input method is open) what others do is held
 * back, because showing it would end the composition:
 *
 *     shown ── held ──▶ document
 */
export class Link {
  /** The person's own edits in this editor, to be undone. */
  readonly history: UndoStack;
  readonly #document: Document;
  readonly #editor: Editor;
  readonly #refused: (error: CoscribeError) => void;
  readonly #onFailed: (error: CoscribeError) => void;
  readonly #offs: Off[];
  #held: Delta | null = null;
  /** Whether the editor shows the document, and not what it showed before. */
  #aligned = false;
  #editable: boolean | null = null;
  /** Why the editor cannot show the document. */
  #failure: CoscribeError | null = null;

  constructor(document: Document, editor: Editor, { user, onRefused, onFailed }: BindingOptions) {
    this.#document = document;
    this.#editor = editor;
    this.#refused = onRefused ?? (() => {});
    this.#onFailed = onFailed ?? uncaught;
    this.history = new UndoStack(document, { origin: this });
    this.#offs = [
      document.on("change", (change) => change.origin === this || this.#foreign(change)),
      document.on("status", () => this.#allow()),
      document.on("ready", () => this.#begin()),
    ];
    this.#allow();
    if (document.isReady) this.#begin();
    if (user) document.setPresence(user, this);
  }

  /** There is a content. Only now is it known of what type the document really is. */
  #begin(): void {
    const { type } = this.#editor;
    this.#failure = null;
    this.#aligned = this.#document.type === type;
    if (this.#aligned) this.#align();
    else this.#fail(`the editor needs a ${type} document`);
    this.#allow();
  }

  #allow(): void {
    const editable = this.#aligned && this.#document.isEditable;
    if (editable !== this.#editable) this.#editor.setEditable(editable);
    this.#editable = editable;
  }

  /** The person has changed what is shown. */
  local(delta: Delta): void {
    if (this.#failure) this.#refused(this.#failure);
    if (!this.#aligned) return;
    const clean = withoutReturns(delta);
    const sides = cross(this.#held ?? [], clean);
    if (this.#held) this.#held = sides.a;
    try {
      const done = this.#submit(sides.b);
      // A newline that stays at the end is in the document, whatever the editor did with it.
      if (growth(done) !== growth(sides.b)) this.#takeBack();
    } catch (error) {
      if (!(error instanceof CoscribeError)) throw error;
      this.#takeBack();
      this.#refused(error);
      return;
    }
    if (clean !== delta && !this.#held) this.#align();
  }

  #takeBack(): void {
    this.#held &&= [];
    this.#align();
  }

  /**
   * Some editors find out what was typed unit by unit: where that cuts a
   * surrogate pair, what they show tells what was meant.
   */
  #submit(delta: Delta): Delta {
    try {
      return this.#document.submit(delta, this);
    } catch (error) {
      const isCut = error instanceof CoscribeError && error.code === "invalid_op" && !this.#held;
      if (!isCut) throw error;
      return this.#document.submit(diff(this.#document.content, this.#editor.read()), this);
    }
  }

  /** The person has selected something in what is shown. */
  select(anchor: number, head: number): void {
    if (this.#aligned && !this.#held) this.#document.setCursor([anchor, head], this);
  }

  /** The others' carets in what is shown. */
  carets(): Caret[] {
    return this.#aligned ? carets(this.#document) : [];
  }

  /** Holds back what others do. */
  hold(): void {
    this.#held ??= [];
  }

  /** Shows what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    if (held.length > 0) this.#show(held);
  }

  dispose(): void {
    for (const off of this.#offs) off();
    this.history.close();
    this.release();
    this.#document.setPresence(null, this);
  }

  #foreign({ delta, cursor, origin }: ContentChange): void {
    if (!this.#aligned) return;
    if (this.#held) {
      this.#held = compose(this.#held, delta);
      return;
    }
    this.#show(delta);
    // What another editor of the page undoes is no reason to go there in this one.
    if (!cursor || origin !== this.history || !this.#aligned) return;
    this.#editor.select(...cursor);
    this.select(...cursor);
  }

  /** Makes the editor show the document, whatever it shows now. */
  #align(): void {
    const difference = diff(this.#editor.read(), this.#document.content);
    if (difference.length > 0) this.#show(difference);
  }

  /** An editor that has stopped halfway shows neither the old nor the new: no more is applied to it. */
  #show(delta: Delta): void {
    try {
      this.#editor.apply(delta);
    } catch (cause) {
      // A listener of the application may have thrown after all was shown.
      if (diff(this.#editor.read(), this.#document.content).length === 0) return uncaught(cause);
      for (const off of this.#offs) off();
      this.#held = null;
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#fail(`the editor cannot show the document: ${why}`, cause);
    }
  }

  #fail(message: string, cause?: unknown): void {
    this.#failure = new CoscribeError("not_shown", message, { cause });
    this.#aligned = false;
    this.#allow();
    this.#document.report(this.#failure);
    this.#onFailed(this.#failure);
  }
}

/** For errors that nobody asked to be told of: they must not pass unseen. */
function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** A line ends in LF and nothing else; the same delta where it has no CR. */
export function withoutReturns(delta: Delta): Delta {
  const has = delta.some(({ insert }) => typeof insert === "string" && insert.includes("\r"));
  if (!has) return delta;
  return delta.map((op) =>
    typeof op.insert === "string" ? { ...op, insert: op.insert.replace(/\r\n?/g, "\n") } : op,
  );
}

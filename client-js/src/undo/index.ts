import { type Delta, growth, invert, length, normalize } from "../delta/index.ts";
import { inPieces } from "../delta/pieces.ts";
import { size } from "../delta/types.ts";
import type { ContentChange, Document } from "../document.ts";
import { Emitter, type Off } from "../emitter.ts";
import { CoscribeError } from "../errors.ts";
import type { Cursor } from "../wire.ts";
import { Entries } from "./entries.ts";
import { Run } from "./run.ts";

export interface UndoOptions {
  /** Whose edits: those submitted with this origin. All that were made here unless given. */
  readonly origin?: unknown;
  /** How long a pause makes the next edit one of its own, in milliseconds: 500 unless given. */
  readonly pause?: number;
  /** How many groups of edits are kept: 200 unless given. */
  readonly depth?: number;
  /**
   * The selection as it was before the edit that is just being recorded, `null`
   * where nobody knows: what `setCursor` told last unless given.
   */
  readonly cursor?: () => Cursor | null;
}

export interface UndoEvents {
  /** `canUndo` or `canRedo` has changed. */
  change: { readonly canUndo: boolean; readonly canRedo: boolean };
}

/**
 * Undoes a person's own edits and nobody else's. What others do meanwhile, or
 * other editors of the same page, stays as it is: what is undone goes around
 * it. An undo is an ordinary edit whose `origin` is the stack itself; its
 * `change` says in `cursor` where the caret belongs.
 *
 * What two people deleted both, at the same moment, comes back if one of them
 * undoes it: the line of changes does not tell that the other one wanted it
 * gone as well.
 */
export class UndoStack extends Emitter<UndoEvents> {
  readonly #document: Document;
  readonly #options: UndoOptions;
  readonly #undo: Entries;
  readonly #redo: Entries;
  readonly #run: Run;
  readonly #offs: readonly Off[];
  /** The content that the entries fit: the document may be ahead while it is telling. */
  #content: Delta;
  /** Where what is being submitted comes from, and where what takes it back goes. */
  #doing: { readonly from: Entries; readonly to: Entries } | null = null;
  #told = { canUndo: false, canRedo: false };

  constructor(document: Document, options: UndoOptions = {}) {
    super();
    this.#document = document;
    this.#options = options;
    const { depth = 200, pause = 500 } = options;
    this.#undo = new Entries(depth);
    this.#redo = new Entries(depth);
    this.#run = new Run(pause);
    this.#content = document.content;
    this.#offs = [
      document.on("change", (change) => this.#heard(change)),
      // After `reopen` the content has nothing to do with what was done before.
      document.on("ready", () => this.#clear()),
    ];
  }

  get canUndo(): boolean {
    return this.#undo.last !== undefined;
  }

  get canRedo(): boolean {
    return this.#redo.last !== undefined;
  }

  /** Takes the last group of edits back. `false` where there is none, or no edit is possible now. */
  undo(): boolean {
    return this.#do(this.#undo, this.#redo);
  }

  /** Makes again what was undone last. `false` where there is nothing, or no edit is possible now. */
  redo(): boolean {
    return this.#do(this.#redo, this.#undo);
  }

  /** The next edit begins a group, whatever it is. */
  cut(): void {
    this.#run.cut();
  }

  /** Ends the recording; nothing can be undone any more. */
  close(): void {
    for (const off of this.#offs) off();
    this.#clear();
  }

  #do(from: Entries, to: Entries): boolean {
    const entry = from.last;
    const { content, isEditable } = this.#document;
    if (!entry || !isEditable || content !== this.#content) return false;
    this.#doing = { from, to };
    try {
      const { delta, cursor } = entry;
      if (this.#document.submit(delta, this, cursor ?? endOf(delta)).length > 0) return true;
    } catch (error) {
      this.#doing = null;
      if (!(error instanceof CoscribeError)) throw error;
      this.#document.report(error);
      return false;
    }
    this.#doing = null;
    from.pop();
    from.extend(withoutLast(content));
    return this.#do(from, to);
  }

  #heard(change: ContentChange): void {
    const { delta, origin, local, content } = change;
    const mine = this.#options.origin === undefined || origin === this.#options.origin;
    this.#content = content;
    if (origin === this && this.#doing) this.#done(change, this.#doing);
    else if (local && mine) this.#record(change);
    else this.#pass(delta);
    this.#tell();
  }

  #done(change: ContentChange, { from, to }: { from: Entries; to: Entries }): void {
    const { delta, before, content } = change;
    const { delta: wanted = [], cursor = null, back = null } = from.last ?? {};
    from.pop();
    // A newline had to stay at the end: what is undone next may do without it.
    if (growth(delta) !== growth(wanted)) from.extend(withoutLast(content));
    to.push({ delta: invert(delta, inPieces(before)), cursor: back, back: cursor });
    this.#doing = null;
    this.#run.cut();
  }

  #record({ delta, before, selected }: ContentChange): void {
    const inverse = invert(delta, inPieces(before));
    this.#redo.clear();
    if (this.#run.take(delta) && this.canUndo) return this.#undo.extend(inverse);
    const { cursor = () => selected } = this.#options;
    const selection = cursor();
    this.#undo.push({
      delta: inverse,
      cursor: selection,
      back: onlyFormats(delta) ? selection : null,
    });
  }

  #pass(delta: Delta): void {
    this.#undo.transform(delta);
    this.#redo.transform(delta);
    this.#run.move(delta);
  }

  #clear(): void {
    this.#content = this.#document.content;
    this.#undo.clear();
    this.#redo.clear();
    this.#run.cut();
    this.#tell();
  }

  #tell(): void {
    const { canUndo, canRedo } = this;
    if (canUndo === this.#told.canUndo && canRedo === this.#told.canRedo) return;
    this.#told = { canUndo, canRedo };
    this.emit("change", this.#told);
  }
}

function onlyFormats(delta: Delta): boolean {
  return delta.every(({ retain }) => retain !== undefined);
}

function withoutLast(content: Delta): Delta {
  return normalize([{ retain: length(content) - 1 }, { delete: 1 }]);
}

/** Behind the last thing that a delta changes. */
function endOf(delta: Delta): Cursor {
  let at = 0;
  for (const op of delta) if (op.delete === undefined) at += size(op);
  return [at, at];
}

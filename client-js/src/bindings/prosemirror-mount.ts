import {
  type EditorState,
  type PluginKey,
  TextSelection,
  type Transaction,
} from "prosemirror-state";
import { DecorationSet, type EditorView } from "prosemirror-view";
import { compose, type Delta, normalize, type Op, transformCursor } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { applyDelta, tidy } from "../prosemirror/apply.ts";
import { fromDelta } from "../prosemirror/read.ts";
import { replaceNodes } from "../prosemirror/replace.ts";
import { Shown } from "../prosemirror/shown.ts";
import { toDelta } from "../prosemirror/write.ts";
import type { UndoStack } from "../undo/index.ts";
import { redrawing } from "./carets.ts";
import { type BindingOptions, Link } from "./link.ts";
import { decorate } from "./prosemirror-carets.ts";
import { undoKeys } from "./undokeys.ts";

/** How long after a composition ProseMirror may still be reading what was composed, in milliseconds. */
const settling = 50;

/**
 * One editor that is bound. It knows its own transactions by what is shown:
 * a tree that is not the one that was shown last is the person's doing.
 */
export class Mount {
  isEditable = false;
  readonly #document: Document;
  readonly #options: BindingOptions;
  readonly #key: PluginKey<DecorationSet>;
  #view: EditorView | null = null;
  #attached = false;
  #shown: Shown | null = null;
  /** Whether the document ends with a newline: what is shown always does. */
  #ended = true;
  #link: Link | null = null;
  #offs: readonly (() => void)[] = [];
  /** The transaction that shows what others did, while it is being dispatched. */
  #own: Transaction | null = null;
  #selected: readonly [number, number] = [0, 0];
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(document: Document, options: BindingOptions, key: PluginKey<DecorationSet>) {
    this.#document = document;
    this.#options = options;
    this.#key = key;
  }

  /** The person's own edits; `null` while there is no editor. */
  get history(): UndoStack | null {
    return this.#link?.history ?? null;
  }

  /** ProseMirror makes the views of all plugins anew when one comes or goes. */
  attach(view: EditorView): { update(): void; destroy(): void } {
    this.#attached = true;
    if (view !== this.#view || this.#shown?.doc !== view.state.doc) this.end();
    this.#view = view;
    if (!this.#link) this.#begin(view);
    const detach = (): void => {
      this.#attached = false;
      queueMicrotask(() => this.#attached || this.end());
    };
    return { update: () => this.#updated(), destroy: detach };
  }

  end(): void {
    clearTimeout(this.#settling);
    for (const off of this.#offs) off();
    this.#offs = [];
    this.#link?.dispose();
    this.#link = null;
    this.isEditable = true; // it is the application's again
  }

  /** Whether a transaction may happen now. */
  admits(tr: Transaction): boolean {
    return !this.#own || tr === this.#own || !tr.docChanged;
  }

  /** What the person did, in the form that everyone else will see it in. */
  tidied(before: EditorState, after: EditorState): Transaction | null {
    if (this.#own || !this.#link || before.doc === after.doc || this.#view?.composing) return null;
    const tr = after.tr;
    tidy(tr, before.doc);
    if (!tr.docChanged) return null;
    this.#keepSelection(tr, after, [Shown.of(after.doc), Shown.of(tr.doc)], (offset) => offset);
    return tr.setStoredMarks(after.storedMarks);
  }

  compose(begin: boolean): void {
    clearTimeout(this.#settling);
    if (begin) this.#link?.hold();
    else this.#settling = setTimeout(() => this.#settle(), settling);
  }

  #begin(view: EditorView): void {
    this.isEditable = false;
    this.#show(view);
    const editor = {
      type: "rich-text" as const,
      read: () => this.#read(),
      apply: (delta: Delta) => this.#apply(delta),
      select: (anchor: number, head: number) => this.#moveTo(anchor, head),
      setEditable: (editable: boolean) => this.#setEditable(editable),
    };
    this.#link = new Link(this.#document, editor, this.#options);
    this.#offs = [
      undoKeys(view.dom, this.#link.history),
      redrawing(this.#document, () => this.#draw()),
    ];
  }

  /** The editor's first tree, as the same document would be shown. */
  #show(view: EditorView): void {
    const { state } = view;
    const tr = state.tr;
    replaceNodes(tr, 0, state.doc.children, fromDelta(state.schema, toDelta(state.doc)).children);
    this.#ended = true;
    this.#shown = Shown.of(tr.doc);
    if (tr.docChanged) this.#dispatch(tr);
  }

  #read(): Delta {
    const { doc } = this.#shown as Shown;
    const content = toDelta(doc);
    return this.#ended ? content : compose(content, this.#lastNewline({ delete: 1 }));
  }

  /** Does something to the newline that is shown last. */
  #lastNewline(op: Op): Delta {
    return normalize([{ retain: (this.#shown as Shown).length - 1 }, op]);
  }

  #apply(delta: Delta): void {
    const view = this.#view as EditorView;
    const shown = this.#shown as Shown;
    const tr = view.state.tr;
    this.#ended = applyDelta(tr, shown, delta, this.#ended);
    if (!tr.docChanged) return;
    const next = shown.after(tr.doc);
    this.#keepSelection(tr, view.state, [shown, next], (offset) =>
      transformCursor(delta, offset, false),
    );
    tr.setStoredMarks(view.state.storedMarks);
    this.#shown = next;
    this.#dispatch(tr);
    const { head, anchor } = view.state.selection;
    this.#selected = [anchor, head];
  }

  #dispatch(tr: Transaction): void {
    const view = this.#view as EditorView;
    this.#own = tr.setMeta("addToHistory", false);
    try {
      view.dispatch(tr);
    } finally {
      this.#own = null;
    }
    if (view.state.doc !== tr.doc) throw new Error("another plugin of the editor refused a change");
  }

  /** The selection of the tree that was, in the one that a transaction makes of it. */
  #keepSelection(
    tr: Transaction,
    { selection }: EditorState,
    [from, to]: readonly [Shown, Shown],
    move: (offset: number) => number,
  ): void {
    if (!(selection instanceof TextSelection)) return;
    const place = (position: number) =>
      tr.doc.resolve(to.positionOf(move(from.offsetOf(position))));
    const kept = TextSelection.between(place(selection.anchor), place(selection.head));
    if (!kept.eq(tr.selection)) tr.setSelection(kept);
  }

  #setEditable(editable: boolean): void {
    this.isEditable = editable;
    const view = this.#view as EditorView;
    if (!view.isDestroyed) view.setProps({}); // asks everyone again
  }

  #updated(): void {
    const view = this.#view as EditorView;
    if (this.#own || !this.#link || !this.#shown) return;
    const { doc, selection } = view.state;
    if (doc !== this.#shown.doc) this.#local(this.#shown.after(doc), selection.head);
    this.#select(view);
  }

  #local(next: Shown, caret: number): void {
    const delta = (this.#shown as Shown).deltaTo(next, caret);
    const before = this.#ended ? [] : this.#lastNewline({ insert: "\n" });
    this.#shown = next;
    if (delta.length === 0) return;
    this.#ended = true;
    this.#link?.local(compose(before, delta));
  }

  #select({ state: { selection } }: EditorView): void {
    const { anchor, head } = selection;
    const [a, h] = this.#selected;
    if (!this.#link || !this.#shown || (anchor === a && head === h)) return;
    this.#selected = [anchor, head];
    this.#link.select(this.#shown.offsetOf(anchor), this.#shown.offsetOf(head));
  }

  #moveTo(anchor: number, head: number): void {
    const view = this.#view as EditorView;
    const { tr, doc } = view.state;
    const shown = this.#shown as Shown;
    const place = (offset: number) => doc.resolve(shown.positionOf(offset));
    view.dispatch(
      tr.setSelection(TextSelection.between(place(anchor), place(head))).scrollIntoView(),
    );
  }

  #settle(): void {
    if (this.#view?.composing) this.compose(false);
    else this.#link?.release();
  }

  #draw(): void {
    const view = this.#view;
    if (!view || view.isDestroyed || view.composing || !this.#link || !this.#shown) return;
    const carets = this.#link.carets();
    if (carets.length === 0 && this.#key.getState(view.state) === DecorationSet.empty) return;
    const drawn = decorate(view.state.doc, this.#shown, carets);
    view.dispatch(view.state.tr.setMeta(this.#key, drawn));
  }
}

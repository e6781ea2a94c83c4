/**
 * Live editing in CodeMirror 6: `bindCodeMirror(session.doc("notes", { type: "text" }), view)`.
 */
import {
  Annotation,
  type ChangeSet,
  Compartment,
  EditorSelection,
  EditorState,
  type Extension,
  Prec,
  StateEffect,
  Text,
  Transaction,
} from "@codemirror/state";
import { EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { type Delta, transformCursor } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { drawLayers } from "./codemirror-carets.ts";
import { composing } from "./composing.ts";
import { type Binding, type BindingOptions, Link } from "./link.ts";
import { joined, type Splice, splices } from "./splices.ts";
import { undoKeys } from "./undokeys.ts";

export type { Binding, BindingOptions } from "./link.ts";

/** Marks the transactions of bindings, which are none of the person's. */
const foreign = Annotation.define<true>();

/**
 * Makes a CodeMirror editor show a `text` document, everyone's edits and
 * everyone's carets, until the returned function is called or the view is
 * destroyed. What the editor showed before is replaced. It is read-only while
 * the document may not be edited. Its own history, where it has one, records
 * nothing meanwhile.
 */
export function bindCodeMirror(
  document: Document,
  view: EditorView,
  options: BindingOptions = {},
): Binding {
  const [bound, access] = [new Compartment(), new Compartment()];
  view.dispatch({ effects: StateEffect.appendConfig.of(bound.of(access.of(readOnly))) });
  const link = new Link(
    document,
    {
      type: "text",
      read: () => (view.state.doc.length === 0 ? [] : [{ insert: textOf(view.state.doc) }]),
      apply: (delta) => apply(view, delta),
      select: (anchor, head) => {
        const selection = { anchor, head };
        view.dispatch({ selection, scrollIntoView: true, annotations: foreign.of(true) });
      },
      setEditable: (editable) =>
        view.dispatch({ effects: access.reconfigure(editable ? [] : readOnly) }),
    },
    options,
  );
  const layers = drawLayers(document, view, link);
  const offs = [
    undoKeys(view.dom, link.history),
    composing(view.contentDOM, link),
    layers.stop,
    () => link.dispose(),
  ];
  const stop = (): void => {
    for (const off of offs.splice(0)) off();
  };
  const parts = [
    access.of(document.isEditable ? [] : readOnly),
    EditorView.updateListener.of((update) => updated(update, link)),
    EditorState.transactionExtender.of(unrecorded),
    ViewPlugin.define(() => ({ destroy: stop })),
    layers.extension,
  ];
  view.dispatch({ effects: bound.reconfigure(parts) });
  const end = (): void => {
    if (offs.length === 0) return;
    stop();
    view.dispatch({ effects: bound.reconfigure([]) });
  };
  return Object.assign(end, { history: link.history });
}

const readOnly: Extension = Prec.highest(EditorState.readOnly.of(true));

function unrecorded(): { annotations: Annotation<boolean> } {
  return { annotations: Transaction.addToHistory.of(false) };
}

function apply(view: EditorView, delta: Delta): void {
  const move = (at: number): number => transformCursor(delta, at, false);
  const { ranges, mainIndex } = view.state.selection;
  view.dispatch({
    changes: splices(delta).map((splice) => ({ ...splice, insert: linesOf(splice.insert) })),
    selection: EditorSelection.create(
      ranges.map(({ anchor, head }) => EditorSelection.range(move(anchor), move(head))),
      mainIndex,
    ),
    annotations: [foreign.of(true), unrecorded().annotations, Transaction.remote.of(true)],
    filter: false, // nothing of the editor's may change what others did
  });
}

function updated(update: ViewUpdate, link: Link): void {
  const own = update.transactions.filter((transaction) => !transaction.annotation(foreign));
  for (const { docChanged, changes } of own) {
    if (docChanged) link.local(deltaOf(changes));
    if (update.view.state !== update.state) return; // taken back, and all after it
  }
  const told = own.some(({ docChanged, selection }) => docChanged || selection);
  if (!told && !(update.focusChanged && update.view.hasFocus)) return;
  const { anchor, head } = update.state.selection.main;
  link.select(anchor, head);
}

function deltaOf(changes: ChangeSet): Delta {
  const all: Splice[] = [];
  changes.iterChanges((from, to, _from, _to, inserted) => {
    all.push({ from, to, insert: textOf(inserted) });
  }, true);
  return joined(all);
}

/** Lines end in LF, whatever the editor's `lineSeparator` is. */
function textOf(text: Text): string {
  return text.sliceString(0, text.length, "\n");
}

function linesOf(text: string): Text {
  return Text.of(text.split("\n"));
}

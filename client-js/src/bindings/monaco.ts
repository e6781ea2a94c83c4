/**
 * Live editing in Monaco: `bindMonaco(session.doc("notes", { type: "text" }), editor)`.
 * Nothing of Monaco is imported: it may come from wherever it likes.
 */
import type { editor as monaco, Selection } from "monaco-editor";
import { type Delta, transformCursor } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { CoscribeError } from "../errors.ts";
import { type Binding, type BindingOptions, Link } from "./link.ts";
import { drawWidgets } from "./monaco-carets.ts";
import { joined, splices } from "./splices.ts";

export type { Binding, BindingOptions } from "./link.ts";

/** Monaco's `EndOfLineSequence.LF`, and its `EndOfLinePreference.LF`. */
const [lf, asLf] = [0, 1];

/**
 * Makes a Monaco editor show a `text` document, everyone's edits and
 * everyone's carets, until the returned function is called or the editor is
 * disposed. What its model held before is replaced, and its lines end in LF;
 * it has to keep that model. It is read-only while the document may not be
 * edited. Its undo and redo are the binding's. Fails, with `not_shown`, where
 * it has no model.
 */
export function bindMonaco(
  document: Document,
  editor: monaco.ICodeEditor,
  options: BindingOptions = {},
): Binding {
  const model = editor.getModel();
  if (!model) throw new CoscribeError("not_shown", "the editor has no model");
  model.setEOL(lf);
  const readOnly = editor.getRawOptions().readOnly ?? false;
  let applying = false;
  const link = new Link(
    document,
    {
      type: "text",
      read: () => (model.getValueLength(asLf) === 0 ? [] : [{ insert: model.getValue(asLf) }]),
      apply: (delta) => {
        applying = true;
        try {
          apply(editor, model, delta);
        } finally {
          applying = false;
        }
      },
      select: (anchor, head) => {
        editor.setSelection(selectionOf(model, [anchor, head]));
        editor.revealPosition(model.getPositionAt(head));
      },
      setEditable: (editable) => editor.updateOptions({ readOnly: readOnly || !editable }),
    },
    options,
  );
  const select = (): void => {
    const selection = editor.getSelection();
    if (selection && !applying) link.select(...placesOf(model, selection));
  };
  const offs = [
    model.onDidChangeContent((event) => {
      if (event.isEolChange) model.setEOL(lf);
      if (applying || event.isEolChange) return;
      link.local(deltaOf(event));
    }),
    editor.onDidChangeCursorSelection(select),
    editor.onDidFocusEditorText(select),
    editor.onDidCompositionStart(() => link.hold()),
    // Monaco takes what was composed before it says so.
    editor.onDidCompositionEnd(() => link.release()),
    editor.onDidDispose(() => end()),
    takeHistory(model, link),
    drawWidgets(document, editor, model, link),
  ];
  const end = (): void => {
    if (offs.length === 0) return;
    for (const off of offs.splice(0)) off.dispose();
    link.dispose();
    editor.updateOptions({ readOnly });
  };
  return Object.assign(end, { history: link.history });
}

type Places = [anchor: number, head: number];

function placesOf(model: monaco.ITextModel, selection: Selection): Places {
  const { selectionStartLineNumber, selectionStartColumn } = selection;
  const anchor = { lineNumber: selectionStartLineNumber, column: selectionStartColumn };
  return [model.getOffsetAt(anchor), model.getOffsetAt(selection.getPosition())];
}

function selectionOf(model: monaco.ITextModel, [anchor, head]: Places) {
  const [start, position] = [model.getPositionAt(anchor), model.getPositionAt(head)];
  return {
    selectionStartLineNumber: start.lineNumber,
    selectionStartColumn: start.column,
    positionLineNumber: position.lineNumber,
    positionColumn: position.column,
  };
}

/** Shows what others did. Neither a caret nor what is in view may move by it. */
function apply(editor: monaco.ICodeEditor, model: monaco.ITextModel, delta: Delta): void {
  const move = (at: number): number => transformCursor(delta, at, false);
  const selections = (editor.getSelections() ?? []).map((each) => placesOf(model, each));
  const line = editor.getVisibleRanges()[0]?.startLineNumber ?? 1;
  const top = model.getOffsetAt({ lineNumber: line, column: 1 });
  const above = editor.getScrollTop() - editor.getTopForLineNumber(line);
  model.applyEdits(
    splices(delta).map(({ from, to, insert }) => {
      const [start, end] = [model.getPositionAt(from), model.getPositionAt(to)];
      return {
        range: {
          startLineNumber: start.lineNumber,
          startColumn: start.column,
          endLineNumber: end.lineNumber,
          endColumn: end.column,
        },
        text: insert,
      };
    }),
  );
  if (selections.length > 0) {
    editor.setSelections(
      selections.map(([anchor, head]) => selectionOf(model, [move(anchor), move(head)])),
    );
  }
  const first = model.getPositionAt(move(top)).lineNumber;
  if (first !== line) editor.setScrollTop(above + editor.getTopForLineNumber(first));
}

/** Monaco tells the places before all changes, the last change first. */
function deltaOf({ changes }: monaco.IModelContentChangedEvent): Delta {
  return joined(
    changes
      .map(({ rangeOffset: from, rangeLength, text }) => ({
        from,
        to: from + rangeLength,
        insert: text,
      }))
      .sort((a, b) => a.from - b.from),
  );
}

/** All keys, menus and commands come to these. */
function takeHistory(model: monaco.ITextModel, { history }: Link): { dispose(): void } {
  const taken: Partial<monaco.ITextModel> = {
    undo: () => void history.undo(),
    redo: () => void history.redo(),
    canUndo: () => history.canUndo,
    canRedo: () => history.canRedo,
  };
  Object.assign(model, taken);
  return {
    dispose() {
      // Those of its class come forth again. What they recorded fits no more.
      for (const name of Object.keys(taken)) delete model[name as keyof typeof taken];
      (model as { _commandManager?: { clear?(): void } })._commandManager?.clear?.();
    },
  };
}

/**
 * Live editing in a text field: `bindTextarea(session.doc("notes", { type: "text" }), textarea)`.
 */
import { transformCursor } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { type Binding, type BindingOptions, Link } from "./link.ts";
import { drawMirror, type Field } from "./mirror.ts";
import { applied, replaced } from "./replaced.ts";
import { undoKeys } from "./undokeys.ts";

export type { Binding, BindingOptions } from "./link.ts";
export type { Field } from "./mirror.ts";

/**
 * Makes a textarea, or an input of the type `text`, show a `text` document,
 * everyone's edits and everyone's carets, until the returned function is
 * called. What it held before is replaced. It is read-only while the document
 * may not be edited. An input fails to show a document of several lines.
 */
export function bindTextarea(
  document: Document,
  field: Field,
  options: BindingOptions = {},
): Binding {
  const { readOnly } = field;
  let shown = field.value;
  const link = new Link(
    document,
    {
      type: "text",
      read: () => (shown === "" ? [] : [{ insert: shown }]),
      apply: (delta) => {
        const { anchor, head } = selection(field);
        shown = show(field, applied(shown, delta));
        const move = (at: number): number => transformCursor(delta, at, false);
        choose(field, move(anchor), move(head));
      },
      select: (anchor, head) => choose(field, anchor, head),
      setEditable: (editable) => {
        field.readOnly = readOnly || !editable;
      },
    },
    options,
  );
  const select = (): void => {
    if (field.ownerDocument.activeElement !== field) return;
    const { anchor, head } = selection(field);
    link.select(anchor, head);
  };
  const input = (): void => {
    const delta = replaced(shown, field.value, field.selectionEnd ?? field.value.length);
    shown = field.value;
    if (delta.length === 0) return;
    link.local(delta);
    select(); // told before the edit, the selection was moved by it once more
  };
  const composed = (): void => {
    input(); // some browsers send the event itself later
    link.release();
  };
  const listeners: [EventTarget, string, () => void][] = [
    [field, "input", input],
    [field, "compositionstart", () => link.hold()],
    [field, "compositionend", composed],
    [field.ownerDocument, "selectionchange", select],
    [field, "select", select],
    [field, "focus", select],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener);
  const offs = [undoKeys(field, link.history), drawMirror(document, field, link)];
  const end = (): void => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener);
    for (const off of offs) off();
    link.dispose();
    field.readOnly = readOnly;
  };
  return Object.assign(end, { history: link.history });
}

/** Makes a field hold a text, and returns what it holds then. */
function show(field: Field, text: string): string {
  const { scrollTop, scrollLeft } = field;
  field.value = text;
  if (field.value !== text) throw new Error("an input holds one line only");
  Object.assign(field, { scrollTop, scrollLeft });
  return text;
}

function selection(field: Field): { anchor: number; head: number } {
  const [start, end] = [field.selectionStart ?? 0, field.selectionEnd ?? 0];
  if (field.selectionDirection === "backward") return { anchor: end, head: start };
  return { anchor: start, head: end };
}

function choose(field: Field, anchor: number, head: number): void {
  const direction = anchor > head ? "backward" : "forward";
  field.setSelectionRange(Math.min(anchor, head), Math.max(anchor, head), direction);
}

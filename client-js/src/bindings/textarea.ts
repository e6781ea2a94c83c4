/**
 * Live editing in a textarea: `bindTextarea(session.doc("notes", { type: "text" }), textarea)`.
 */
import { transformCursor } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { type BindingOptions, Link } from "./link.ts";
import { drawMirror } from "./mirror.ts";
import { applied, replaced } from "./replaced.ts";

export type { BindingOptions } from "./link.ts";

/**
 * Makes a textarea show a `text` document, everyone's edits and everyone's
 * carets, until the returned function is called. What it held before is
 * replaced. It is read-only while the document may not be edited. (The
 * browser's undo does not survive what others type.)
 */
export function bindTextarea(
  document: Document,
  textarea: HTMLTextAreaElement,
  options: BindingOptions = {},
): () => void {
  const { readOnly } = textarea;
  let shown = textarea.value;
  const link = new Link(
    document,
    {
      type: "text",
      read: () => (shown === "" ? [] : [{ insert: shown }]),
      apply: (delta) => {
        const move = (at: number): number => transformCursor(delta, at, false);
        const { selectionStart, selectionEnd, selectionDirection, scrollTop } = textarea;
        shown = applied(shown, delta);
        textarea.value = shown;
        textarea.setSelectionRange(move(selectionStart), move(selectionEnd), selectionDirection);
        textarea.scrollTop = scrollTop;
      },
      setEditable: (editable) => {
        textarea.readOnly = !editable;
      },
    },
    options,
  );
  const select = (): void => {
    const {
      selectionStart: start,
      selectionEnd: end,
      selectionDirection,
      ownerDocument,
    } = textarea;
    if (ownerDocument.activeElement !== textarea) return;
    if (selectionDirection === "backward") link.select(end, start);
    else link.select(start, end);
  };
  const input = (): void => {
    const delta = replaced(shown, textarea.value, textarea.selectionEnd);
    shown = textarea.value;
    if (delta.length === 0) return;
    link.local(delta);
    select(); // told before the edit, the selection was moved by it once more
  };
  const composed = (): void => {
    input(); // some browsers send the event itself later
    link.release();
  };
  const listeners: [EventTarget, string, () => void][] = [
    [textarea, "input", input],
    [textarea, "compositionstart", () => link.hold()],
    [textarea, "compositionend", composed],
    [textarea.ownerDocument, "selectionchange", select],
    [textarea, "select", select],
    [textarea, "focus", select],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener);
  const undraw = drawMirror(document, textarea, link);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener);
    undraw();
    link.dispose();
    textarea.readOnly = readOnly;
  };
}

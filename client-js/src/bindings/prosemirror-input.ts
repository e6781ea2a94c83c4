import { Fragment, type ResolvedPos, Slice } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";

interface History {
  undo(): boolean;
  redo(): boolean;
}

/** Mod-z, and Mod-Shift-z or Mod-y. */
export function handleKeyDown(event: KeyboardEvent, history: History): boolean {
  const isMac = /Mac|iP(hone|[oa]d)/.test(navigator.platform);
  const mod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!mod || event.altKey) return false;
  const name = event.key.toLowerCase();
  const wanted = name === "z" ? (event.shiftKey ? "redo" : "undo") : name === "y" ? "redo" : null;
  if (!wanted) return false;
  history[wanted](); // the browser's own must not run where there is nothing to undo
  return true;
}

/** Plain text that is pasted: a paragraph for each line, empty ones too, however lines end. */
export function parseText(
  text: string,
  context: ResolvedPos,
  _plain: boolean,
  { state: { schema } }: EditorView,
): Slice {
  const marks = context.marks();
  const { paragraph } = schema.nodes;
  const lines = text.split(/\r\n?|\n/).map((line) => {
    return paragraph?.create(null, line ? schema.text(line, marks) : null);
  });
  return new Slice(Fragment.from(lines.filter((line) => line !== undefined)), 1, 1);
}

/**
 * Live editing in Quill 2: `bindQuill(session.doc("notes"), quill)`.
 */
import type Quill from "quill";
import type { Delta } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { type Caret, element, flag, redrawing } from "./carets.ts";
import { composing } from "./composing.ts";
import { type Binding, type BindingOptions, Link, withoutReturns } from "./link.ts";
import { undoKeys } from "./undokeys.ts";

export type { Binding, BindingOptions } from "./link.ts";

/**
 * Makes a Quill editor show a `rich-text` document, everyone's edits and
 * everyone's carets, until the returned function is called. What the editor
 * showed before is replaced. It is enabled while the document may be edited.
 * Its history module undoes and redoes by the binding's.
 */
export function bindQuill(document: Document, quill: Quill, options: BindingOptions = {}): Binding {
  // Quill hands on the source of a change: what is applied here is known by it.
  const source = Symbol("coscribe") as unknown as "api";
  const link = new Link(
    document,
    {
      type: "rich-text",
      read: () => quill.getContents().ops as Delta,
      apply: (delta) => quill.updateContents(delta as never, source),
      select: (anchor, head) =>
        quill.setSelection(Math.min(anchor, head), Math.abs(head - anchor), source),
      setEditable: (editable) => quill.enable(editable),
    },
    options,
  );
  const select = (range: Range | null): void => {
    if (range) link.select(range.index, range.index + range.length);
  };
  const offs = [
    listen(quill, "text-change", (delta: { ops: Delta }, _: unknown, from: unknown) => {
      if (from === source) return;
      link.local(delta.ops);
      // Quill may have told the selection after the edit before the edit, which moved it once more.
      select(quill.selection.getRange()[0]);
    }),
    listen(quill, "editor-change", (name: string, range: Range | null) => {
      if (name === "selection-change") select(range);
    }),
    takeHistory(quill, link),
    undoKeys(quill.root, link.history),
    pasteLines(quill),
    composing(quill.root, link),
    drawCarets(document, quill, link),
  ];
  const end = (): void => {
    for (const off of offs) off();
    link.dispose();
  };
  return Object.assign(end, { history: link.history });
}

interface Pasted {
  ops: Delta;
}

interface Range {
  readonly index: number;
  readonly length: number;
}

function listen(quill: Quill, name: string, listener: (...args: never[]) => void): () => void {
  quill.on(name as "text-change", listener as never);
  return () => quill.off(name, listener as never);
}

/** Quill's own history knows nothing of what others do. Toolbars call it by these names. */
function takeHistory(quill: Quill, { history }: Link): () => void {
  const module = (quill.getModule("history") ?? {}) as Record<string, () => void>;
  module.clear?.();
  const taken: typeof module = {
    undo: () => history.undo(),
    redo: () => history.redo(),
    cutoff: () => history.cut(),
    record: () => {},
    transform: () => {},
  };
  Object.assign(module, taken);
  return () => {
    // What its class has comes forth again.
    for (const name of Object.keys(taken)) delete module[name];
  };
}

/**
 * Quill counts the returns of what is pasted when it places the caret behind
 * it: they must not get there.
 */
function pasteLines(quill: Quill): () => void {
  const clipboard = quill.getModule("clipboard") as { convert?: (...given: unknown[]) => Pasted };
  const { convert } = clipboard;
  if (!convert) return () => {};
  clipboard.convert = (...given) => {
    const pasted = convert.apply(clipboard, given);
    pasted.ops = withoutReturns(pasted.ops);
    return pasted;
  };
  return () => {
    delete clipboard.convert; // that of its class comes forth again
  };
}

function drawCarets(document: Document, quill: Quill, link: Link): () => void {
  const layer = element(quill.container, "coscribe-carets", {
    position: "absolute",
    inset: "0",
    overflow: "hidden",
    pointerEvents: "none",
  });
  const draw = (): void => {
    layer.replaceChildren();
    for (const caret of link.carets()) drawCaret(layer, quill, caret);
  };
  const stop = redrawing(document, draw);
  quill.root.addEventListener("scroll", draw);
  return () => {
    stop();
    quill.root.removeEventListener("scroll", draw);
    layer.remove();
  };
}

function drawCaret(layer: HTMLElement, quill: Quill, caret: Caret): void {
  const last = quill.getLength() - 1;
  const [anchor, head] = caret.cursor.map((at) => Math.min(at, last)) as [number, number];
  for (const part of lines(quill, Math.min(anchor, head), Math.max(anchor, head))) {
    const style = { backgroundColor: caret.color, opacity: "0.25" };
    place(element(layer, "coscribe-selection", style), quill, part.index, part.length);
  }
  const style = { borderLeft: `2px solid ${caret.color}` };
  const mark = element(layer, "coscribe-caret", style);
  place(mark, quill, head, 0);
  flag(mark, caret, mark.offsetTop);
}

/** What is selected of each line: one box could not tell which part of the first is. */
function lines(quill: Quill, from: number, to: number): Range[] {
  return quill.getLines(from, to - from).flatMap((line) => {
    const start = Math.max(from, quill.getIndex(line));
    const end = Math.min(to, quill.getIndex(line) + line.length() - 1);
    return end > start ? [{ index: start, length: end - start }] : [];
  });
}

function place(mark: HTMLElement, quill: Quill, index: number, length: number): void {
  const box = quill.getBounds(index, length);
  if (!box) return;
  Object.assign(mark.style, {
    position: "absolute",
    left: `${box.left}px`,
    top: `${box.top}px`,
    height: `${box.height}px`,
    width: length > 0 ? `${box.width}px` : "0",
  });
}

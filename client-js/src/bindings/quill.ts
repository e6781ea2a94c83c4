/**
 * Live editing in Quill 2: `bindQuill(session.doc("notes"), quill)`.
 */
import type Quill from "quill";
import type { Delta } from "../delta/index.ts";
import type { Document } from "../document.ts";
import { type Caret, element, flag, redrawing } from "./carets.ts";
import { type BindingOptions, Link } from "./link.ts";

export type { BindingOptions } from "./link.ts";

/**
 * Makes a Quill editor show a `rich-text` document, everyone's edits and
 * everyone's carets, until the returned function is called. What the editor
 * showed before is replaced. It is enabled while the document may be edited;
 * its undo is confined to the person's own edits.
 */
export function bindQuill(
  document: Document,
  quill: Quill,
  options: BindingOptions = {},
): () => void {
  // Quill hands on the source of a change: what is applied here is known by it.
  const source = Symbol("coscribe") as unknown as "api";
  const link = new Link(
    document,
    {
      type: "rich-text",
      read: () => quill.getContents().ops as Delta,
      apply: (delta) => quill.updateContents(delta as never, source),
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
    ownUndoOnly(quill),
    composing(quill, link),
    drawCarets(document, quill, link),
  ];
  return () => {
    for (const off of offs) off();
    link.dispose();
  };
}

interface Range {
  readonly index: number;
  readonly length: number;
}

function listen(quill: Quill, name: string, listener: (...args: never[]) => void): () => void {
  quill.on(name as "text-change", listener as never);
  return () => quill.off(name, listener as never);
}

function ownUndoOnly(quill: Quill): () => void {
  const history = quill.getModule("history") as { options?: { userOnly?: boolean } } | undefined;
  const before = history?.options?.userOnly;
  const set = (userOnly: boolean | undefined): void => {
    if (history?.options) history.options = { ...history.options, userOnly: userOnly ?? false };
  };
  set(true);
  return () => set(before);
}

/** Quill takes what was composed in a microtask after the end of a composition. */
function composing({ root }: Quill, link: Link): () => void {
  const begin = (): void => link.hold();
  const end = (): void => queueMicrotask(() => queueMicrotask(() => link.release()));
  root.addEventListener("compositionstart", begin);
  root.addEventListener("compositionend", end);
  return () => {
    root.removeEventListener("compositionstart", begin);
    root.removeEventListener("compositionend", end);
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
  flag(mark, caret);
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

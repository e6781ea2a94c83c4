import type { Node } from "prosemirror-model";
import { Decoration, DecorationSet } from "prosemirror-view";
import type { Shown } from "../prosemirror/shown.ts";
import { type Caret, element, flag } from "./carets.ts";

/** The others' carets and selections where they are in a tree. */
export function decorate(doc: Node, shown: Shown, carets: readonly Caret[]): DecorationSet {
  const all = carets.flatMap((caret) => {
    const [anchor, head] = caret.cursor.map((offset) => shown.positionOf(offset));
    return decorations(caret, anchor as number, head as number);
  });
  return all.length > 0 ? DecorationSet.create(doc, all) : DecorationSet.empty;
}

function decorations(caret: Caret, anchor: number, head: number): Decoration[] {
  const { client, name, color } = caret;
  const mark = Decoration.widget(head, () => draw(caret), {
    key: JSON.stringify([client, name, color]),
    side: 10, // behind the person's own caret
    ignoreSelection: true,
  });
  if (anchor === head) return [mark];
  // The colour is of a stranger's choice: it must not be able to end the declaration.
  const style = element(globalThis.document.createDocumentFragment(), "", {
    backgroundColor: `color-mix(in srgb, ${color} 25%, transparent)`,
  }).style.cssText;
  const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)];
  return [Decoration.inline(from, to, { class: "coscribe-selection", style }), mark];
}

function draw(caret: Caret): HTMLElement {
  const mark = element(globalThis.document.createDocumentFragment(), "coscribe-caret", {
    position: "relative",
    borderLeft: `2px solid ${caret.color}`,
    marginLeft: "-1px",
    marginRight: "-1px",
    pointerEvents: "none",
    wordBreak: "normal",
  });
  flag(mark, caret);
  return mark;
}

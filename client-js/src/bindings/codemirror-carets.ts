import { EditorSelection, type Extension, StateEffect } from "@codemirror/state";
import { type EditorView, type LayerMarker, layer, RectangleMarker } from "@codemirror/view";
import type { Document } from "../document.ts";
import { type Caret, flag, redrawing } from "./carets.ts";
import type { Link } from "./link.ts";

const moved = StateEffect.define<null>();

/** Draws the others' carets over the text and their selections under it, where neither moves a letter. */
export function drawLayers(
  document: Document,
  view: EditorView,
  link: Link,
): { readonly extension: Extension; readonly stop: () => void } {
  let drawn = 0;
  const make = (above: boolean, marks: (view: EditorView, caret: Caret) => LayerMarker[]) =>
    layer({
      above,
      class: "coscribe-carets",
      mount: (element) => {
        element.style.pointerEvents = "none";
      },
      markers: (view) => link.carets().flatMap((caret) => marks(view, caret)),
      update: (update) =>
        update.docChanged || update.transactions.some(({ effects }) => effects.some(isMoved)),
    });
  const stop = redrawing(document, () => {
    const there = link.carets().length;
    if (there + drawn > 0) view.dispatch({ effects: moved.of(null) });
    drawn = there;
  });
  return { extension: [make(false, selections), make(true, heads)], stop };
}

const isMoved = (effect: StateEffect<unknown>): boolean => effect.is(moved);

function selections(view: EditorView, caret: Caret): LayerMarker[] {
  const [anchor, head] = within(view, caret);
  if (anchor === head) return [];
  const range = EditorSelection.range(anchor, head);
  const boxes = RectangleMarker.forRange(view, "coscribe-selection", range);
  return boxes.map((box) => new Mark(box, caret, false));
}

function heads(view: EditorView, caret: Caret): LayerMarker[] {
  const place = EditorSelection.cursor(within(view, caret)[1]);
  const boxes = RectangleMarker.forRange(view, "coscribe-caret", place);
  return boxes.map((box) => new Mark(box, caret, true));
}

/** An input method may hold back what the document has already. */
function within({ state }: EditorView, { cursor }: Caret): [number, number] {
  return [Math.min(cursor[0], state.doc.length), Math.min(cursor[1], state.doc.length)];
}

class Mark implements LayerMarker {
  readonly #box: RectangleMarker;
  readonly #caret: Caret;
  readonly #isHead: boolean;

  constructor(box: RectangleMarker, caret: Caret, isHead: boolean) {
    this.#box = box;
    this.#caret = caret;
    this.#isHead = isHead;
  }

  eq(other: Mark): boolean {
    const { name, color } = this.#caret;
    return this.#box.eq(other.#box) && name === other.#caret.name && color === other.#caret.color;
  }

  draw(): HTMLElement {
    const mark = this.#box.draw();
    if (this.#isHead) {
      mark.style.borderLeft = `2px solid ${this.#caret.color}`;
      flag(mark, this.#caret, this.#box.top);
    } else {
      mark.style.backgroundColor = this.#caret.color;
      mark.style.opacity = "0.25";
    }
    return mark;
  }
}

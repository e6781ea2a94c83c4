import type { editor as monaco } from "monaco-editor";
import type { Document } from "../document.ts";
import { type Caret, element, flag, redrawing } from "./carets.ts";
import type { Link } from "./link.ts";

let bindings = 0;

/**
 * Draws the others' carets as widgets, and their selections as decorations.
 * Those are styled by class only, so that each colour needs a class of its own.
 */
export function drawWidgets(
  document: Document,
  editor: monaco.ICodeEditor,
  model: monaco.ITextModel,
  link: Link,
): { dispose(): void } {
  const prefix = `coscribe-color-${++bindings}`;
  const colors = new Colors(editor.getContainerDomNode(), prefix);
  const decorations = editor.createDecorationsCollection();
  let widgets: monaco.IContentWidget[] = [];
  const clear = (): void => {
    for (const widget of widgets) editor.removeContentWidget(widget);
    widgets = [];
  };
  const stop = redrawing(document, () => {
    const all = link.carets();
    if (all.length + widgets.length === 0) return;
    clear();
    colors.set(all.map(({ color }) => color));
    decorations.set(all.map((caret, i) => selection(model, caret, `${prefix}-${i}`)));
    widgets = all.map((caret) => head(editor, model, caret));
    for (const widget of widgets) editor.addContentWidget(widget);
  });
  return {
    dispose() {
      stop();
      clear();
      decorations.clear();
      colors.dispose();
    },
  };
}

function selection(
  model: monaco.ITextModel,
  { cursor }: Caret,
  color: string,
): monaco.IModelDeltaDecoration {
  const start = model.getPositionAt(Math.min(...cursor));
  const end = model.getPositionAt(Math.max(...cursor));
  return {
    range: {
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    },
    options: { className: `coscribe-selection ${color}`, stickiness: 1 }, // grows by nothing typed at its ends
  };
}

function head(
  editor: monaco.ICodeEditor,
  model: monaco.ITextModel,
  caret: Caret,
): monaco.IContentWidget {
  const position = model.getPositionAt(caret.cursor[1]);
  const mark = element(editor.getContainerDomNode(), "coscribe-caret", {
    borderLeft: `2px solid ${caret.color}`,
    height: `${editor.getScrolledVisiblePosition(position)?.height ?? 0}px`,
    pointerEvents: "none",
  });
  flag(mark, caret, position.lineNumber === 1 ? 0 : undefined);
  return {
    getId: () => `coscribe ${caret.client}`,
    getDomNode: () => mark,
    getPosition: () => ({ position, preference: [0] }), // exactly there
  };
}

/** A class for each of a list of colours, in a style sheet of the page that an editor is on. */
class Colors {
  readonly #root: globalThis.Document | ShadowRoot;
  readonly #prefix: string;
  readonly #sheet: CSSStyleSheet;
  #set = "";

  constructor(editor: HTMLElement, prefix: string) {
    this.#root = editor.getRootNode() as globalThis.Document | ShadowRoot;
    this.#prefix = prefix;
    const window = editor.ownerDocument.defaultView as Window & typeof globalThis;
    this.#sheet = new window.CSSStyleSheet();
    this.#root.adoptedStyleSheets.push(this.#sheet);
  }

  set(colors: readonly string[]): void {
    const set = JSON.stringify(colors);
    if (set === this.#set) return;
    this.#set = set;
    this.#sheet.replaceSync(colors.map((_, i) => `.${this.#prefix}-${i} {}`).join("\n"));
    colors.forEach((color, i) => {
      // Of a stranger's choice: it must not become another property, or a rule.
      const { style } = this.#sheet.cssRules[i] as CSSStyleRule;
      style.backgroundColor = `color-mix(in srgb, ${color} 25%, transparent)`;
    });
  }

  dispose(): void {
    const { adoptedStyleSheets } = this.#root;
    adoptedStyleSheets.splice(adoptedStyleSheets.indexOf(this.#sheet), 1);
  }
}

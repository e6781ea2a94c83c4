import { editor as monaco } from "monaco-editor";
import { bindMonaco } from "../../src/bindings/monaco.ts";
import { play } from "./page.ts";

globalThis.MonacoEnvironment = {
  getWorker: () => new Worker("/monacoworker.js", { type: "module" }),
};

play({
  type: "text",
  mount(parent, doc, options, clock) {
    parent.style.cssText = "width: 40rem; height: 20rem";
    const editor = monaco.create(parent, { wordWrap: "on", minimap: { enabled: false } });
    const model = editor.getModel() as monaco.ITextModel;
    model.onDidChangeContent(clock.begin);
    const end = bindMonaco(doc, editor, options);
    model.onDidChangeContent(clock.end);
    const places = (from: number, to: number) => {
      const [start, end] = [model.getPositionAt(from), model.getPositionAt(to)];
      return [start.lineNumber, start.column, end.lineNumber, end.column] as const;
    };
    const rangeOf = (from: number, to: number) => {
      const [startLineNumber, startColumn, endLineNumber, endColumn] = places(from, to);
      return { startLineNumber, startColumn, endLineNumber, endColumn };
    };
    return {
      content: () => {
        const text = model.getValue();
        return text === "" ? [] : [{ insert: text }];
      },
      focus: () => editor.focus(),
      select: (anchor, head) => {
        const [selectionStartLineNumber, selectionStartColumn, positionLineNumber, positionColumn] =
          places(anchor, head);
        editor.setSelection({
          selectionStartLineNumber,
          selectionStartColumn,
          positionLineNumber,
          positionColumn,
        });
      },
      selection: () => {
        const selection = editor.getSelection();
        if (!selection) return [0, 0];
        const { selectionStartLineNumber: lineNumber, selectionStartColumn: column } = selection;
        return [
          model.getOffsetAt({ lineNumber, column }),
          model.getOffsetAt(selection.getPosition()),
        ];
      },
      replace: (from, to, text) =>
        editor.executeEdits("test", [{ range: rangeOf(from, to), text }]),
      editable: () => !editor.getRawOptions().readOnly,
      at: (x, y) => {
        const position = editor.getTargetAtClientPoint(x, y)?.position;
        return position ? model.getOffsetAt(position) : null;
      },
      end,
    };
  },
});

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { bindCodeMirror } from "../../src/bindings/codemirror.ts";
import { play } from "./page.ts";

play({
  type: "text",
  mount(parent, doc, options, clock) {
    // With a history of its own, as most applications have it.
    const extensions = [history(), keymap.of([...historyKeymap, ...defaultKeymap])];
    const listen = (listener: () => void) =>
      EditorView.updateListener.of(({ docChanged }) => docChanged && listener());
    const view = new EditorView({
      parent,
      extensions: [
        Prec.highest(listen(clock.begin)),
        extensions,
        EditorView.lineWrapping,
        Prec.lowest(listen(clock.end)),
      ],
    });
    const end = bindCodeMirror(doc, view, options);
    return {
      content: () => {
        const text = view.state.doc.toString();
        return text === "" ? [] : [{ insert: text }];
      },
      focus: () => view.focus(),
      select: (anchor, head) => view.dispatch({ selection: { anchor, head } }),
      selection: () => {
        const { anchor, head } = view.state.selection.main;
        return [anchor, head];
      },
      replace: (from, to, insert) =>
        view.dispatch({ changes: { from, to, insert }, userEvent: "input" }),
      editable: () => !view.state.readOnly,
      at: (x, y) => view.posAtCoords({ x, y }),
      end,
    };
  },
});

import { Editor } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import StarterKit from "@tiptap/starter-kit";
import { bindTiptap, Coscribe, toDelta } from "../../src/bindings/tiptap.ts";
import { Shown } from "../../src/prosemirror/shown.ts";
import { play } from "./page.ts";
import { timed } from "./timed.ts";

play({
  type: "rich-text",
  mount(parent, doc, options, clock) {
    const editor = new Editor({
      element: parent,
      extensions: [StarterKit.configure({ undoRedo: false, trailingNode: false }), Image, Coscribe],
    });
    const register = editor.registerPlugin.bind(editor);
    editor.registerPlugin = (plugin, ...rest) => {
      timed(plugin, clock);
      return register(plugin, ...rest);
    };
    const end = bindTiptap(doc, editor, options);
    const { view } = editor;
    const shown = () => Shown.of(view.state.doc);
    return {
      content: () => toDelta(view.state.doc),
      focus: () => view.focus(),
      select: (anchor, head) => {
        const [from, to] = [shown().positionOf(anchor), shown().positionOf(head)];
        editor.commands.setTextSelection({ from, to });
      },
      selection: () => {
        const { anchor, head } = view.state.selection;
        return [shown().offsetOf(anchor), shown().offsetOf(head)];
      },
      replace: (from, to, text) => {
        const [start, end] = [shown().positionOf(from), shown().positionOf(to)];
        view.dispatch(view.state.tr.insertText(text, start, end));
      },
      editable: () => editor.isEditable,
      at: (x, y) => {
        const place = view.posAtCoords({ left: x, top: y });
        return place && shown().offsetOf(place.pos);
      },
      end,
    };
  },
});

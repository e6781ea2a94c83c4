import { baseKeymap, toggleMark } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { type MarkType, Schema } from "prosemirror-model";
import { schema as basic } from "prosemirror-schema-basic";
import { addListNodes } from "prosemirror-schema-list";
import { EditorState, Plugin, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { bindProseMirror, toDelta, withCoscribe } from "../../src/bindings/prosemirror.ts";
import { Shown } from "../../src/prosemirror/shown.ts";
import { play } from "./page.ts";

play({
  type: "rich-text",
  mount(parent, doc, options, clock) {
    const schema = withCoscribe(
      new Schema({
        nodes: addListNodes(basic.spec.nodes, "paragraph block*", "block"),
        marks: basic.spec.marks,
      }),
    );
    const keys = { "Mod-b": toggleMark(schema.marks.strong as MarkType) };
    const telling = new Plugin({
      view: () => ({ update: ({ state }, before) => state.doc === before.doc || clock.begin() }),
    });
    const plugins = [keymap(keys), keymap(baseKeymap), telling];
    const view = new EditorView(parent, { state: EditorState.create({ schema, plugins }) });
    view.dom.style.whiteSpace = "pre-wrap";
    const end = bindProseMirror(doc, view, options);
    const shown = () => Shown.of(view.state.doc);
    const place = (offset: number) => view.state.doc.resolve(shown().positionOf(offset));
    return {
      content: () => toDelta(view.state.doc),
      focus: () => view.focus(),
      select: (anchor, head) => {
        const selection = TextSelection.between(place(anchor), place(head));
        view.dispatch(view.state.tr.setSelection(selection));
      },
      selection: () => {
        const { anchor, head } = view.state.selection;
        return [shown().offsetOf(anchor), shown().offsetOf(head)];
      },
      replace: (from, to, text) => {
        view.dispatch(view.state.tr.insertText(text, place(from).pos, place(to).pos));
      },
      editable: () => view.editable,
      at: (x, y) => {
        const found = view.posAtCoords({ left: x, top: y });
        return found && shown().offsetOf(found.pos);
      },
      end,
    };
  },
});

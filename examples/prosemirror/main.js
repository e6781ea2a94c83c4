import * as coscribe from "coscribe";
import { bindProseMirror, withCoscribe } from "coscribe/prosemirror";
import { baseKeymap, toggleMark } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { Schema } from "prosemirror-model";
import { marks, schema as basic } from "prosemirror-schema-basic";
import { addListNodes, liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { say, showAround, user } from "../page.js";

const schema = withCoscribe(
  new Schema({ nodes: addListNodes(basic.spec.nodes, "paragraph block*", "block"), marks }),
);
const { list_item: item, bullet_list: bullets } = schema.nodes;
const keys = {
  "Mod-b": toggleMark(schema.marks.strong),
  "Mod-i": toggleMark(schema.marks.em),
  "Mod-Shift-8": wrapInList(bullets),
  "Mod-]": sinkListItem(item),
  "Mod-[": liftListItem(item),
  Enter: splitListItem(item),
};
const view = new EditorView(document.querySelector("#editor"), {
  state: EditorState.create({ schema, plugins: [keymap(keys), keymap(baseKeymap)] }),
  attributes: { "aria-label": "Text" },
});

const session = coscribe.connect("http://127.0.0.1:8080");
const doc = session.doc("example-prosemirror");
bindProseMirror(doc, view, {
  user,
  onRefused: (error) => say(`That was taken back: ${error.message}.`),
  onFailed: (error) => say(`Do not rely on what you see: ${error.message}.`),
});
showAround(doc, coscribe);

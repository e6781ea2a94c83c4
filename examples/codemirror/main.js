import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import * as coscribe from "coscribe";
import { bindCodeMirror } from "coscribe/codemirror";
import { say, showAround, user } from "../page.js";

const session = coscribe.connect("http://127.0.0.1:8080");
const doc = session.doc("example-codemirror", { type: "text" });
const view = new EditorView({
  parent: document.querySelector("#editor"),
  extensions: [
    lineNumbers(),
    drawSelection(),
    keymap.of([...defaultKeymap, indentWithTab]),
    EditorView.contentAttributes.of({ "aria-label": "Text" }),
  ],
});
bindCodeMirror(doc, view, {
  user,
  onRefused: (error) => say(`That was taken back: ${error.message}.`),
  onFailed: (error) => say(`Do not rely on what you see: ${error.message}.`),
});
showAround(doc, coscribe);
view.focus();

import { Editor } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import StarterKit from "@tiptap/starter-kit";
import * as coscribe from "coscribe";
import { Coscribe } from "coscribe/tiptap";
import { say, showAround, user } from "../page.js";

const session = coscribe.connect("http://127.0.0.1:8080");
const doc = session.doc("example-tiptap");
const editor = new Editor({
  element: document.querySelector("#editor"),
  editorProps: { attributes: { "aria-label": "Text" } },
  extensions: [
    StarterKit.configure({ undoRedo: false, trailingNode: false }),
    Image,
    Coscribe.configure({
      document: doc,
      user,
      onRefused: (error) => say(`That was taken back: ${error.message}.`),
      onFailed: (error) => say(`Do not rely on what you see: ${error.message}.`),
    }),
  ],
});
showAround(doc, coscribe);

const commands = {
  bold: (chain) => chain.toggleBold(),
  heading: (chain) => chain.toggleHeading({ level: 2 }),
  bullets: (chain) => chain.toggleBulletList(),
  numbers: (chain) => chain.toggleOrderedList(),
  quote: (chain) => chain.toggleBlockquote(),
  code: (chain) => chain.toggleCodeBlock(),
  rule: (chain) => chain.setHorizontalRule(),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
};
for (const button of document.querySelectorAll("#tools button")) {
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  button.addEventListener("click", () => commands[button.value](editor.chain().focus()).run());
}

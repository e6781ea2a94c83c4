import * as coscribe from "coscribe";
import { bindMonaco } from "coscribe/monaco";
import { editor as monaco } from "monaco-editor";
import { say, showAround, user } from "../page.js";

globalThis.MonacoEnvironment = { getWorker: () => new Worker("worker.js", { type: "module" }) };

const session = coscribe.connect("http://127.0.0.1:8080");
const doc = session.doc("example-monaco", { type: "text" });
const editor = monaco.create(document.querySelector("#editor"), {
  language: "markdown",
  minimap: { enabled: false },
  automaticLayout: true,
});
bindMonaco(doc, editor, {
  user,
  onRefused: (error) => say(`That was taken back: ${error.message}.`),
  onFailed: (error) => say(`Do not rely on what you see: ${error.message}.`),
});
showAround(doc, coscribe);
editor.focus();

/** What a document is edited in: Quill for rich text, a plain field for plain text. */
import type { CoscribeError, Document } from "coscribe";
import { bindQuill } from "coscribe/quill";
import { bindTextarea } from "coscribe/textarea";
import { byId, element } from "./dom.ts";
import { createEditor } from "./editor.ts";
import { knowEmbeds } from "./embeds.ts";
import { linkDialog } from "./link.ts";
import type { Me } from "./me.ts";
import { attachToolbar, clearFormat } from "./toolbar.ts";

interface Options {
  readonly user: Me & { readonly [name: string]: string };
  readonly onRefused: (error: CoscribeError) => void;
  readonly onFailed: (error: CoscribeError) => void;
}

/** Puts the editor for this document on the sheet. */
export function mountEditor(doc: Document, options: Options): void {
  const sheet = byId("div", "sheet");
  sheet.hidden = false;
  byId("a", "skip").hidden = false;
  const label = `Text of ${doc.id}`;
  if (doc.type === "text") mountField(doc, sheet, label, options);
  else mountQuill(doc, sheet, label, options);
}

function mountField(doc: Document, sheet: HTMLElement, label: string, options: Options): void {
  const field = element("textarea", { id: "editor", ariaLabel: label, spellcheck: true });
  sheet.append(field);
  bindTextarea(doc, field, options);
}

function mountQuill(doc: Document, sheet: HTMLElement, label: string, options: Options): void {
  const quill = createEditor(sheet, label);
  const bar = byId("div", "toolbar");
  const link = linkDialog(quill);
  attachToolbar(bar, quill, {
    link,
    undo: () => quill.history.undo(),
    redo: () => quill.history.redo(),
    clear: () => clearFormat(quill),
  });
  quill.keyboard.addBinding({ key: "k", shortKey: true }, () => {
    link();
    return false;
  });
  knowEmbeds(doc);
  let failed = false;
  const showBar = () => {
    bar.hidden = failed || !doc.isEditable;
  };
  const onFailed = (error: CoscribeError) => {
    failed = true;
    showBar();
    options.onFailed(error);
  };
  bindQuill(doc, quill, { ...options, onFailed });
  doc.on("status", showBar);
  doc.on("ready", showBar);
  showBar();
}

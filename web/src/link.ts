import type Quill from "quill/core";
import { Range } from "quill/core";
import Link from "quill/formats/link";
import { byId } from "./dom.ts";

/**
 * Returns what asks for the address of a link and sets it on what is selected,
 * or changes the link that the caret is in.
 */
export function linkDialog(quill: Quill): () => void {
  const dialog = byId("dialog", "link");
  const field = byId("input", "link-address");
  const problem = byId("p", "link-error");
  let range = new Range(0);

  // What others type while the dialog is open moves the place of the link.
  quill.on("text-change", (delta) => {
    const start = delta.transformPosition(range.index);
    range = new Range(start, delta.transformPosition(range.index + range.length) - start);
  });
  dialog.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close("cancel"));
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    const remove = event.submitter?.getAttribute("value") === "remove";
    const address = remove ? false : addressOf(field.value);
    if (address === undefined) {
      event.preventDefault();
      problem.textContent = "This is not the address of a page or a mailbox.";
      field.focus();
      return;
    }
    setLink(quill, range, address);
  });
  dialog.addEventListener("close", () => quill.setSelection(range, "user"));

  return () => {
    range = linkRange(quill, quill.getSelection(true));
    const { link } = quill.getFormat(range);
    field.value = typeof link === "string" ? link : "";
    problem.replaceChildren();
    dialog.showModal();
  };
}

/** The whole link where the caret is in one, else what is selected. */
function linkRange(quill: Quill, range: Range): Range {
  if (range.length > 0) return range;
  const [link, offset] = quill.scroll.descendant(Link, range.index);
  return link ? new Range(range.index - offset, link.length()) : range;
}

function setLink(quill: Quill, { index, length }: Range, address: string | false): void {
  if (length > 0) quill.formatText(index, length, "link", address, "user");
  else if (address) quill.insertText(index, address, "link", address, "user");
}

/** The address that a person meant, `undefined` where it is none that a document may link to. */
export function addressOf(typed: string): string | undefined {
  const trimmed = typed.trim();
  if (/^[^\s@/:]+@[^\s@/:]+$/.test(trimmed)) return `mailto:${trimmed}`;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!URL.canParse(whole)) return undefined;
  return Link.PROTOCOL_WHITELIST.includes(new URL(whole).protocol.slice(0, -1)) ? whole : undefined;
}

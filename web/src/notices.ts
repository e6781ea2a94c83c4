/** What has to be said about a document above its text. */
import type { Code, Draft } from "coscribe";
import { byId, element } from "./dom.ts";
import { hint } from "./keys.ts";

/** Something that a person can do about it. */
export interface Remedy {
  readonly label: string;
  readonly act: () => void;
}

/** Shows a notice in place of any other. */
export function notice(title: string, text: string, remedy?: Remedy, draft?: Draft | null): void {
  const box = element(
    "section",
    { className: draft ? "notice bad" : "notice", role: "alert" },
    element("h2", {}, title),
    element("p", {}, text),
  );
  const row = element("div", { className: "row" });
  if (draft) box.append(...draftField(draft, row));
  if (remedy) row.append(button(remedy));
  row.append(element("a", { href: "/", className: "button" }, "All documents"));
  box.append(row);
  byId("div", "notices").replaceChildren(box);
}

export function clearNotices(): void {
  byId("div", "notices").replaceChildren();
}

/** The words for why a document takes no more edits. */
export function explanation(code: Code): string {
  return reasons[code] ?? `The server does not go on with it (${code}).`;
}

const reasons: Readonly<Partial<Record<Code, string>>> = {
  forbidden: "You are not allowed to change this document, or no longer.",
  not_found: "This document was deleted.",
  lost_base: "This document was deleted, and another one of the same name is in its place.",
  replaced: "A copy of this tab has taken over.",
  client_taken: "Someone else edits under the id of this tab.",
  too_large: "The text, or what was put into it at once, is too large for the server.",
  unauthorized: "The server does not accept your token.",
  token_expired: "Your token has run out.",
};

function draftField(draft: Draft, row: HTMLElement): Node[] {
  const field = element("textarea", { id: "draft", rows: 8, readOnly: true, value: plain(draft) });
  const copy = element("button", { type: "button", className: "primary" }, "Copy the text");
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = hint("Selected: press Ctrl+C");
    }
  });
  row.append(copy);
  return [element("label", { htmlFor: "draft" }, "The text with what you wrote"), field];
}

/** The text alone; what stands in it without being text is left out. */
function plain({ content }: Draft): string {
  const inserts = content.map((op) => ("insert" in op ? op.insert : ""));
  return inserts.filter((insert) => typeof insert === "string").join("");
}

function button({ label, act }: Remedy): HTMLButtonElement {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
}

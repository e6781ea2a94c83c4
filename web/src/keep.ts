import type { Document, Session } from "coscribe";

/** Asks before the page is left with unsent edits, where they would not outlive it. */
export function guardUnsent(session: Session, doc: Document): void {
  let isKept = true;
  session.on("error", ({ code }) => {
    if (code === "no_journal") isKept = false;
  });
  addEventListener("beforeunload", (event) => {
    const { status } = doc;
    const unsaved = "unsaved" in status ? status.unsaved : 0;
    if (!isKept && unsaved > 0) event.preventDefault();
  });
}

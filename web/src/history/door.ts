/** The way into the history and back: what is behind it is fetched when it is first opened. */
import type { Document, Session } from "coscribe";
import { byId } from "../dom.ts";
import { me } from "../me.ts";
import type { Panel } from "./panel.ts";

/** Where the lists have a place beside the text. */
const wide = "(min-width: 56.01rem)";

/** How long something is said above the live text, in milliseconds. */
const told = 15_000;

/** Shows the button that opens a document's history, as soon as there is one. */
export function offerHistory(session: Session, doc: Document): void {
  const button = byId("button", "history-open");
  const leave = (news: string) => {
    show(false);
    panel?.close();
    tell(news);
    button.focus();
  };
  let panel: Panel | undefined;
  const enter = async () => {
    tell("");
    const { Panel } = await import("./panel.ts");
    if (!panel) {
      panel = new Panel(session, doc, leave);
      byId("details", "history-index").open = matchMedia(wide).matches;
    }
    show(true);
    panel.open(me());
  };
  button.addEventListener("click", () => {
    if (byId("section", "history").hidden) void enter();
    else leave("");
  });
  byId("button", "history-close").addEventListener("click", () => leave(""));
  const offer = () => {
    button.hidden = false;
  };
  if (doc.isReady) offer();
  else doc.on("ready", offer);
}

function show(past: boolean): void {
  byId("section", "history").hidden = !past;
  byId("div", "live").hidden = past;
  byId("button", "history-open").ariaExpanded = String(past);
  byId("a", "skip").hash = past ? "past" : "editor";
}

/** Says something above the live text for a while. */
function tell(news: string): void {
  const line = byId("p", "news");
  line.textContent = news;
  if (news === "") return;
  setTimeout(() => {
    if (line.textContent === news) line.textContent = "";
  }, told);
}

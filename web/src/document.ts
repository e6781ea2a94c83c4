/** The page of one document. */
import { connect, type Document, type DocumentType, type Session, type Status } from "coscribe";
import { Journal } from "coscribe/journal";
import { RestError } from "coscribe/rest";
import { byId } from "./dom.ts";
import { offerHistory } from "./history/door.ts";
import { guardUnsent } from "./keep.ts";
import { me } from "./me.ts";
import { clearNotices, explanation, notice, type Remedy } from "./notices.ts";
import { showPeople } from "./people.ts";
import { rest } from "./rest.ts";
import { showSelf } from "./self.ts";
import { type Standing, statusBadge } from "./status.ts";
import { mountEditor } from "./surface.ts";
import { askForToken, token, withToken } from "./token.ts";
import { reason } from "./words.ts";

const main = byId("main", "main");
const id = decodeURIComponent(location.pathname.slice("/d/".length));

const journal = new Journal();

/** Finds out what kind of document it is, then lets it be edited. */
async function open(): Promise<void> {
  clearNotices();
  try {
    if (await journal.holds(id, "/", () => token() ?? "")) return edit();
    const { type } = await withToken(main, () => rest.getDocument(id));
    edit(type);
  } catch (error) {
    if (error instanceof RestError && error.retryable) openLater(error);
    else cannotOpen(error);
  }
}

/** The document is opened when the server is back. */
function openLater(error: RestError): void {
  notice(
    "The server does not answer",
    `It is asked again and again. The reason: ${error.message}.`,
  );
  edit();
}

function cannotOpen(error: unknown): void {
  const code = error instanceof RestError ? error.code : "";
  if (code === "not_found") {
    notice("There is no such document", `Nothing here is called ${id}.`, {
      label: "Create it",
      act: () => void rest.createDocument({ id }).then(open, cannotOpen),
    });
  } else if (code === "forbidden") {
    notice("This document is not open to you", "Your token does not allow to read it.", {
      label: "Use another token",
      act: () => void askForToken(main, "").then(open),
    });
  } else {
    const remedy = code === "bad_document_id" ? undefined : { label: "Try again", act: open };
    notice("The document cannot be opened", `The reason: ${reason(error)}.`, remedy);
  }
}

/** Connects, and goes on from what was kept here. */
function edit(type?: DocumentType): void {
  let refusal: string | undefined;
  const session = connect("/", {
    offline: journal,
    token: async () => {
      if (refusal !== undefined) await askForToken(main, refusal);
      refusal = undefined;
      return token() ?? "";
    },
  });
  session.on("error", (error) => {
    if (error.code === "unauthorized" || error.code === "token_expired") {
      refusal = `Not accepted: ${error.message}.`;
    }
  });
  const doc = session.doc(id, type ? { type } : {});
  showStatus(session, doc);
  guardUnsent(session, doc);
  if (type) mount(session, doc);
  else {
    const off = doc.on("ready", () => {
      off();
      clearNotices();
      mount(session, doc);
    });
  }
}

function mount(session: Session, doc: Document): void {
  const user = { ...me() };
  mountEditor(doc, {
    user,
    onRefused: (error) => notice("That was not possible", `It was taken back: ${error.message}.`),
    onFailed: (error) =>
      notice(
        "The document cannot be shown here",
        `What is below is not all of it: ${error.message}.`,
      ),
  });
  showSelf(doc, user);
  showOthers(doc);
  offerHistory(session, doc);
}

function showOthers(doc: Document): void {
  const list = byId("ul", "others");
  byId("section", "here").hidden = false;
  doc.on("peers", (peers) => showPeople(list, peers));
  showPeople(list, doc.peers);
}

function showStatus(session: Session, doc: Document): void {
  const badge = statusBadge();
  let shown: Standing | undefined;
  const show = () => {
    const { status, isReady } = doc;
    const standing = status.name === "blocked" || isReady ? status.name : "opening";
    if (standing !== shown) badge(standing);
    if (status.name === "blocked") showBlocked(session, doc, status);
    else if (shown === "blocked") clearNotices();
    shown = standing;
  };
  doc.on("ready", show);
  doc.on("status", show);
  show();
}

/** Says why nothing goes on, and offers what was not saved and a way on. */
function showBlocked(
  session: Session,
  doc: Document,
  { draft, reason: code }: Extract<Status, { name: "blocked" }>,
): void {
  const remedy: Remedy = {
    label: draft && !session.ended ? "Discard it and open again" : "Open again",
    act: () => (session.ended ? location.reload() : doc.reopen()),
  };
  const title = draft ? "What you wrote is not saved" : "The document is closed";
  notice(title, explanation(code), remedy, draft);
}

byId("h1", "title").textContent = id;
document.title = `${id} · Coscribe`;
void open();

import type { Document, Session, State } from "coscribe";

/** What has to outlive a reload: unsent edits, and the client id that they belong to. */
export interface Kept {
  readonly client: string;
  readonly state: State;
}

/** The longest that an edit waits to be kept, in milliseconds, where the page is not left before. */
const soon = 1000;

const keyOf = (id: string): string => `coscribe.unsent.${id}`;

/** What an earlier page of this tab could not send of a document. */
export function kept(id: string): Kept | undefined {
  const text = sessionStorage.getItem(keyOf(id));
  return text === null ? undefined : (JSON.parse(text) as Kept);
}

export function forget(id: string): void {
  sessionStorage.removeItem(keyOf(id));
}

/**
 * Keeps a document's unsent edits in this tab's storage for as long as there
 * are any, and asks before the tab is closed with them.
 */
export function keepUnsent(session: Session, doc: Document): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    if (hasUnsent(doc)) put({ client: session.client, state: doc.state }, doc.id);
    else forget(doc.id);
  };
  const later = () => {
    timer ??= setTimeout(keep, soon);
  };
  doc.on("change", later);
  doc.on("status", later);
  addEventListener("pagehide", keep);
  addEventListener("visibilitychange", keep);
  addEventListener("beforeunload", (event) => {
    if (hasUnsent(doc)) event.preventDefault();
  });
}

function hasUnsent({ state }: Document): boolean {
  return state.inFlight !== null || state.buffer.length > 0;
}

function put(what: Kept, id: string): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(what));
  } catch {
    // It is larger than a tab may keep. What is older is worse than nothing.
    forget(id);
  }
}

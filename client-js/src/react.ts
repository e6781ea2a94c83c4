/**
 * React hooks. What they open they also close, and not before it is saved;
 * effects that run twice, as in StrictMode, open nothing twice.
 *
 *     const session = useSession("https://docs.example", { token });
 *     const doc = useDoc(session, "notes");
 *     const status = useStatus(doc);
 */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Document } from "./document.ts";
import { connect } from "./index.ts";
import type { DocOptions, Session, SessionOptions } from "./session.ts";
import type { Draft, Status } from "./state/index.ts";
import type { Peers } from "./wire.ts";

export interface UseDocOptions extends DocOptions {
  /** Told what could not be saved when the component has left the document. */
  readonly onDraft?: (draft: Draft) => void;
}

/** Documents that nobody shows any more, and that are being saved. */
const leaving = new WeakMap<Session, Set<Promise<void>>>();

interface Held {
  readonly url: string;
  readonly session: Session;
  wanted: boolean;
  over: boolean;
}

/**
 * A connection for as long as the component is there, and until all that was
 * written is saved; `null` before the first effect. Another `url` is another
 * connection; of the options, `token` may change if it is a function.
 */
export function useSession(url: string, options: SessionOptions = {}): Session | null {
  const given = useRef(options);
  given.current = options;
  const held = useRef<Held | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    if (held.current?.url !== url || held.current.over) {
      held.current = { url, session: open(url, () => given.current), wanted: true, over: false };
    }
    const own = held.current;
    own.wanted = true;
    setSession(own.session);
    return () => {
      own.wanted = false;
      // In StrictMode the same effect follows at once.
      setTimeout(() => own.wanted || end(own));
    };
  }, [url]);
  return session;
}

function open(url: string, given: () => SessionOptions): Session {
  const options = given();
  if (typeof options.token !== "function") return connect(url, options);
  const token = (): string | Promise<string> => {
    const { token: latest = "" } = given();
    return typeof latest === "function" ? latest() : latest;
  };
  return connect(url, { ...options, token });
}

function end(held: Held): void {
  held.over = true;
  const { session } = held;
  void Promise.all(leaving.get(session) ?? []).then(() => session.close());
}

/**
 * A document for as long as the component is there, and until what was written
 * is saved; `null` before the first effect. Several components may ask for the
 * same one.
 */
export function useDoc(
  session: Session | null,
  id: string,
  options: UseDocOptions = {},
): Document | null {
  const given = useRef(options);
  given.current = options;
  const [held, setHeld] = useState<{ session: Session; doc: Document } | null>(null);
  useEffect(() => {
    if (!session) return;
    const { onDraft: _, ...own } = given.current;
    const doc = session.doc(id, own);
    setHeld({ session, doc });
    return () => {
      const all = leaving.get(session) ?? new Set();
      leaving.set(session, all);
      const left = leave(doc, (draft) => given.current.onDraft?.(draft));
      all.add(left);
      void left.then(() => all.delete(left));
    };
  }, [session, id]);
  return held?.session === session && held?.doc.id === id ? held.doc : null;
}

/** Closes a document once all is saved, or cannot be. In StrictMode it was asked for again by then. */
async function leave(doc: Document, onDraft: (draft: Draft) => void): Promise<void> {
  await Promise.resolve();
  const { status } = doc;
  const unsaved = "unsaved" in status && status.unsaved > 0;
  if (unsaved) await doc.flush().catch(() => undefined); // then there is a draft
  const draft = doc.close();
  if (draft) onDraft(draft);
}

const nothing = () => () => undefined;
const nobody: Peers = {};

/** How a document stands with the server; `null` where there is no document. */
export function useStatus(doc: Document | null): Status | null {
  return useSyncExternalStore(
    useMemo(() => (doc ? (changed: () => void) => doc.on("status", changed) : nothing), [doc]),
    () => doc?.status ?? null,
    () => null,
  );
}

/** The others in a document by client id, their cursors where they belong in its content. */
export function usePeers(doc: Document | null): Peers {
  const store = useMemo(() => peersOf(doc), [doc]);
  return useSyncExternalStore(store.subscribe, store.get, () => nobody);
}

/** The same value until it changes. */
function peersOf(doc: Document | null): {
  subscribe(changed: () => void): () => void;
  get(): Peers;
} {
  let peers = doc?.peers ?? nobody;
  return {
    subscribe(changed) {
      if (!doc) return () => undefined;
      peers = doc.peers; // it may have changed since
      return doc.on("peers", (now) => {
        peers = now;
        changed();
      });
    },
    get: () => peers,
  };
}

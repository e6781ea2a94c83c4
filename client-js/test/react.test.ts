// @vitest-environment jsdom

import { act, createElement, type ReactNode, StrictMode, useEffect, useRef } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bindTextarea } from "../src/bindings/textarea.ts";
import type { Delta } from "../src/delta/index.ts";
import type { Document } from "../src/document.ts";
import { useDoc, usePeers, useSession, useStatus } from "../src/react.ts";
import { type Draft, statusText } from "../src/state/index.ts";
import type { Peers } from "../src/wire.ts";
import { FakeSocket, welcome } from "./support/sockets.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  root = createRoot(document.createElement("div"));
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
});

/** What the component that was rendered last has got. */
interface Seen {
  doc: Document | null;
  status: string | null;
  peers: Peers;
  drafts: Draft[];
  renders: number;
}

function Notes({ id, seen }: { id: string; seen: Seen }): ReactNode {
  const session = useSession("http://host", { WebSocket: FakeSocket });
  return createElement(Note, { session, id, seen });
}

function Note(props: {
  session: ReturnType<typeof useSession>;
  id: string;
  seen: Seen;
}): ReactNode {
  const { session, id, seen } = props;
  const doc = useDoc(session, id, { type: "text", onDraft: (draft) => seen.drafts.push(draft) });
  const status = useStatus(doc);
  const peers = usePeers(doc);
  useEffect(() => {
    seen.renders++;
    Object.assign(seen, { doc, peers, status: status && statusText(status) });
  });
  return status?.name;
}

function seeing(): Seen {
  return { doc: null, status: null, peers: {}, drafts: [], renders: 0 };
}

async function passing(work: () => void = () => {}): Promise<void> {
  await act(async () => {
    work();
    await vi.advanceTimersByTimeAsync(1);
  });
}

async function render(id: string | null, seen: Seen): Promise<void> {
  const page = id === null ? null : createElement(Notes, { id, seen });
  await passing(() => root.render(createElement(StrictMode, null, page)));
}

async function serve(id: string, content: Delta): Promise<void> {
  await passing(() => {
    const socket = FakeSocket.last;
    if (socket.of("hello").length === 0) {
      socket.open();
      socket.receive(welcome());
    }
    socket.receive({
      t: "opened",
      doc: id,
      type: "text",
      epoch: "e",
      rev: 0,
      at: "2026-01-01T00:00:00.000Z",
      access: "write",
      seq: 0,
      presence: {},
      content,
    });
  });
}

/** An editor whose binding is the effect, as in the README. */
function Text({ doc }: { doc: Document }): ReactNode {
  const place = useRef<HTMLTextAreaElement>(null);
  useEffect(() => (place.current ? bindTextarea(doc, place.current) : undefined), [doc]);
  return createElement("div", null, createElement("textarea", { ref: place }));
}

function Editing(): ReactNode {
  const doc = useDoc(useSession("http://host", { WebSocket: FakeSocket }), "a", { type: "text" });
  return doc && createElement(Text, { key: doc.id, doc });
}

describe("React's hooks, in StrictMode", () => {
  it("bind an editor in an effect, and end it with the component", async () => {
    const page = document.createElement("div");
    root = createRoot(page);
    await passing(() => root.render(createElement(StrictMode, null, createElement(Editing))));
    await serve("a", [{ insert: "hello" }]);
    const field = page.querySelector("textarea") as HTMLTextAreaElement;
    expect([field.value, field.readOnly]).toEqual(["hello", false]);
    field.setRangeText("!", 5, 5, "end");
    field.dispatchEvent(new Event("input"));
    expect(FakeSocket.last.of("op").map(({ op }) => op)).toEqual([
      [{ retain: 5 }, { insert: "!" }],
    ]);
    await passing(() => root.render(null));
    field.setRangeText("?", 6, 6, "end");
    field.dispatchEvent(new Event("input"));
    expect(FakeSocket.last.of("op").length).toBe(1);
  });

  it("open one connection and each document once", async () => {
    const seen = seeing();
    await render("a", seen);
    await serve("a", [{ insert: "hello" }]);
    expect(FakeSocket.made.length).toBe(1);
    expect(FakeSocket.last.of("open")).toEqual([{ t: "open", doc: "a", type: "text" }]);
    expect(FakeSocket.last.of("close")).toEqual([]);
    expect(seen.status).toBe("saved");
    expect(seen.doc?.content).toEqual([{ insert: "hello" }]);
  });

  it("follow the status and the others, and nothing else", async () => {
    const seen = seeing();
    await render("a", seen);
    await serve("a", [{ insert: "hello" }]);
    await passing(() => seen.doc?.submit([{ insert: "> " }]));
    expect(seen.status).toBe("saving (1)");
    const { renders } = seen;
    const peer = { user: { id: "bob" }, cursor: null, state: {} };
    await passing(() => {
      const peers = { cursors: {}, peers: { bob: peer } };
      FakeSocket.last.receive({ t: "presence", doc: "a", rev: 0, ...peers });
    });
    expect(seen.peers).toEqual({ bob: peer });
    expect(seen.renders).toBe(renders + 1);
  });

  it("go to another document and leave the first", async () => {
    const seen = seeing();
    await render("a", seen);
    await serve("a", []);
    const [first] = [seen.doc];
    await render("b", seen);
    expect(seen.doc?.id).toBe("b");
    await serve("b", []);
    expect(FakeSocket.made.length).toBe(1);
    expect(FakeSocket.last.of("close")).toEqual([{ t: "close", doc: "a" }]);
    expect(() => first?.submit([{ insert: "x" }])).toThrow("a was closed");
  });

  it("close nothing before it is saved", async () => {
    const seen = seeing();
    await render("a", seen);
    await serve("a", []);
    await passing(() => seen.doc?.submit([{ insert: "written" }]));
    await render(null, seen);
    await passing();
    expect(FakeSocket.last.closed).toBe(false);
    const [op] = FakeSocket.last.of("op");
    await passing(() => {
      const change = { rev: 1, op: op?.op ?? [], seq: 1, user: "ann" };
      const own = { client: FakeSocket.last.of("hello")[0]?.client ?? "" };
      const at = "2026-01-01T00:00:00.000Z";
      FakeSocket.last.receive({ t: "changes", doc: "a", changes: [{ ...change, ...own, at }] });
    });
    expect(FakeSocket.last.of("close")).toEqual([{ t: "close", doc: "a" }]);
    await passing();
    expect(FakeSocket.last.closed).toBe(true);
    expect(seen.drafts).toEqual([]);
  });

  it("hand over what cannot be saved", async () => {
    const seen = seeing();
    await render("a", seen);
    await serve("a", []);
    await passing(() => seen.doc?.submit([{ insert: "written" }]));
    await render(null, seen);
    await passing(() => FakeSocket.last.receive({ t: "closed", doc: "a", code: "not_found" }));
    expect(seen.drafts.map(({ content }) => content)).toEqual([[{ insert: "written" }]]);
    await passing();
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("begin again after they have ended", async () => {
    const seen = seeing();
    await render("a", seen);
    await render(null, seen);
    await passing();
    expect(FakeSocket.last.closed).toBe(true);
    await render("a", seen);
    expect(FakeSocket.made.length).toBe(2);
    expect(FakeSocket.last.closed).toBe(false);
  });

  it("render on a server, where there is no connection", () => {
    expect(renderToString(createElement(Notes, { id: "a", seen: seeing() }))).toBe("");
    expect(FakeSocket.made).toEqual([]);
  });

  it("ask the function for tokens that was given last", async () => {
    function Page({ token }: { token: string }): ReactNode {
      useSession("http://host", { WebSocket: FakeSocket, token: () => token });
      return null;
    }
    await passing(() => root.render(createElement(Page, { token: "one" })));
    await passing(() => FakeSocket.last.open());
    await passing(() => root.render(createElement(Page, { token: "two" })));
    await passing(() => FakeSocket.last.end(1006));
    while (FakeSocket.made.length < 2) await act(() => vi.advanceTimersByTimeAsync(100));
    await passing(() => FakeSocket.last.open());
    const tokens = FakeSocket.made.flatMap((socket) => socket.of("hello"));
    expect(tokens.map(({ token }) => token)).toEqual(["one", "two"]);
  });
});

import { describe, expect, it } from "vitest";
import type { Delta, DocumentType } from "../../src/delta/index.ts";
import type { WireCode } from "../../src/errors.ts";
import {
  create,
  type Draft,
  due,
  type Effect,
  type Event,
  pending,
  restore,
  type State,
  status,
  step,
  visiblePeers,
} from "../../src/state/index.ts";
import type { Change, ClientMessage, DocumentMessage, OpenedAfresh } from "../../src/wire.ts";

const at = "2026-01-01T00:00:00.000Z";

/** One client's state, and what came of the last event. */
class Story {
  state: State;
  effects: readonly Effect[] = [];

  constructor(type: DocumentType = "text") {
    this.state = create("d", type, "me");
  }

  do(event: Event): this {
    ({ state: this.state, effects: this.effects } = step(this.state, event));
    return this;
  }

  get(message: DocumentMessage): this {
    return this.do({ type: "message", message });
  }

  /** Joins at revision 5 with a content. */
  join(text = "abc", more: Partial<OpenedAfresh> = {}): this {
    const content: Delta = text === "" ? [] : [{ insert: text }];
    return this.do({ type: "connected", client: "me" }).get({ ...opened, content, ...more });
  }

  type(...op: Delta): this {
    return this.do({ type: "edit", op });
  }

  refuse(code: WireCode, seq = 1): this {
    return this.get({ t: "error", code, message: "no", doc: "d", seq });
  }

  changes(...changes: Change[]): this {
    return this.get({ t: "changes", doc: "d", changes });
  }

  get sent(): ClientMessage[] {
    return this.effects.flatMap((e) => (e.type === "send" ? [e.message] : []));
  }

  get updates(): Delta[] {
    return this.effects.flatMap((e) => (e.type === "update" ? [e.delta] : []));
  }

  get text(): string {
    return this.state.content.map(({ insert }) => insert).join("");
  }

  get status(): string {
    return status(this.state).name;
  }

  get draft(): Draft | null {
    const now = status(this.state);
    return now.name === "blocked" ? now.draft : null;
  }
}

const joined = {
  t: "opened",
  doc: "d",
  type: "text",
  epoch: "e",
  rev: 5,
  at,
  access: "write",
  seq: 0,
  presence: {},
} as const;
const opened: OpenedAfresh = { ...joined, content: [] };
const theirs = (rev: number, ...op: Delta): Change => ({
  rev,
  op,
  client: "you",
  seq: rev,
  user: "u",
  at,
});
const mine = (rev: number, seq: number, ...op: Delta): Change => ({
  rev,
  op,
  client: "me",
  seq,
  user: "u",
  at,
});
const insert = (text: string): { insert: string } => ({ insert: text });

describe("S1, S2: one op in flight, and nothing is merged into it", () => {
  it("sends the first edit and keeps the next ones together", () => {
    const story = new Story().join();
    expect(story.type(insert("x")).sent).toEqual([
      { t: "op", doc: "d", rev: 5, seq: 1, op: [insert("x")] },
    ]);
    expect(story.type(insert("y")).sent).toEqual([]);
    expect(story.type(insert("z")).sent).toEqual([]);
    expect(story.status).toBe("saving");
    expect(story.changes(mine(6, 1, insert("x"))).sent).toEqual([
      { t: "op", doc: "d", rev: 6, seq: 2, op: [insert("zy")] },
    ]);
    expect(story.changes(mine(7, 2, insert("zy"))).status).toBe("saved");
    expect(story.text).toBe("zyxabc");
  });

  it.each<WireCode>(["rate_limited", "unavailable", "closing", "internal"])(
    "sends the same again, transformed, after %s",
    (code) => {
      const story = new Story().join().type({ retain: 1 }, insert("x")).type(insert("y"));
      expect(story.refuse(code).effects).toContainEqual({ type: "retry", attempt: 0 });
      story.changes(theirs(6, insert("> ")));
      expect(story.sent).toEqual([]);
      expect(story.do({ type: "retry" }).sent).toEqual([
        { t: "op", doc: "d", rev: 6, seq: 1, op: [{ retain: 3 }, insert("x")] },
      ]);
    },
  );

  it("sends the same again after a lost connection, if it is not in the answer", () => {
    const story = new Story().join().type(insert("x")).do({ type: "disconnected" });
    expect(story.status).toBe("offline");
    story.type(insert("y")).do({ type: "connected", client: "me" });
    expect(story.sent).toEqual([{ t: "open", doc: "d", epoch: "e", rev: 5, at }]);
    story.get({ ...joined, from: 5, changes: [theirs(6, insert("> "))], rev: 6 });
    expect(story.sent).toEqual([
      { t: "op", doc: "d", rev: 6, seq: 1, op: [{ retain: 2 }, insert("x")] },
    ]);
  });

  it("does not send again what is in the answer", () => {
    const story = new Story().join().type(insert("x")).do({ type: "disconnected" });
    story.do({ type: "connected", client: "me" });
    story.get({ ...joined, from: 5, changes: [mine(6, 1, insert("x"))], rev: 6, seq: 1 });
    expect(story.sent).toEqual([]);
    expect(story.status).toBe("saved");
  });
});

describe("P8: all changes of a frame are one update", () => {
  it("a last newline that went and came back", () => {
    const story = new Story("rich-text").join("a\n", { type: "rich-text" });
    story.changes(theirs(6, { retain: 1 }, { delete: 1 }), {
      rev: 7,
      op: [{ retain: 1 }, insert("\n")],
      user: "u",
      at,
    });
    expect(story.updates).toEqual([[{ retain: 1 }, insert("\n"), { delete: 1 }]]);
    expect(story.text).toBe("a\n");
  });
});

describe("S4: an ack of a revision that is not here yet", () => {
  it("counts when it is reached", () => {
    const story = new Story().join().type(insert("x")).get({ t: "ack", doc: "d", rev: 7, seq: 1 });
    expect(story.status).toBe("saving");
    story.changes(theirs(6, insert("> ")));
    expect(story.status).toBe("saving");
    story.changes(mine(7, 1, { retain: 2 }, insert("x")));
    expect(story.status).toBe("saved");
    expect(story.text).toBe("> xabc");
  });

  it("of one that has gone by unseen, asks for the content", () => {
    const story = new Story().join().type(insert("x")).type(insert("y"));
    story.get({ t: "ack", doc: "d", rev: 5, seq: 1 });
    expect(story.effects).toContainEqual({ type: "recovered" });
    expect(story.sent).toEqual([{ t: "open", doc: "d", type: "text" }]);
    story.get({ ...opened, rev: 9, seq: 1, content: [insert("xabc!")] });
    expect(story.sent).toEqual([{ t: "op", doc: "d", rev: 9, seq: 2, op: [insert("y")] }]);
    expect(story.text).toBe("yxabc!");
  });
});

describe("S6: a lost base", () => {
  it("is met by a diff, and unsent edits are rebased over it", () => {
    const story = new Story().join("hello world").do({ type: "disconnected" });
    story.type({ retain: 11 }, insert("!")).do({ type: "connected", client: "me" });
    story.get({ ...opened, rev: 3, content: [insert("hello brave world")] });
    expect(story.text).toBe("hello brave world!");
    expect(story.updates).toEqual([[{ retain: 6 }, insert("brave ")]]);
    expect(story.sent).toEqual([
      { t: "op", doc: "d", rev: 3, seq: 1, op: [{ retain: 17 }, insert("!")] },
    ]);
  });

  it("of another epoch makes a draft of them", () => {
    const story = new Story().join().do({ type: "disconnected" }).type(insert("x"));
    story.do({ type: "connected", client: "me" }).get({ ...opened, epoch: "other" });
    expect(story.status).toBe("blocked");
    expect(story.draft).toMatchObject({ code: "lost_base", ops: [[insert("x")]] });
    expect(() => story.type(insert("y"))).toThrow(/lost_base/);
    story.do({ type: "reopen" }).get({ ...opened, epoch: "other", content: [insert("new")] });
    expect(story.text).toBe("new");
    expect(story.status).toBe("saved");
  });

  it("of another epoch is just another content where nothing is unsaved", () => {
    const story = new Story()
      .join()
      .do({ type: "disconnected" })
      .do({ type: "connected", client: "me" });
    story.get({ ...opened, epoch: "other", content: [insert("abcd")] });
    expect(story.updates).toEqual([[{ retain: 3 }, insert("d")]]);
    expect(story.status).toBe("saved");
  });
});

describe("S8: no message is larger than the server takes", () => {
  const limits = { message: 2_000, document: 100_000, window: 1_000 };
  const weigh = (m: ClientMessage): number => Buffer.byteLength(JSON.stringify(m));

  it.each([
    ["letters", "x".repeat(5_000)],
    ["pairs", "😀".repeat(3_000)],
    ["what JSON writes with six bytes", "\u0001".repeat(2_000)],
  ])("a large edit of %s goes in parts", (_, text) => {
    const story = new Story().do({ type: "limits", limits }).join("");
    const ops: Delta[] = [];
    story.type(insert(text));
    for (let [m] = story.sent; m?.t === "op"; [m] = story.sent) {
      expect(weigh(m)).toBeLessThan(limits.message);
      ops.push(m.op);
      story.changes(mine(5 + ops.length, ops.length, ...m.op));
    }
    expect(ops.length).toBeGreaterThan(2);
    expect(story.status).toBe("saved");
    expect(story.state.base).toEqual([insert(text)]);
  });

  it("many edits while offline go in parts, too", () => {
    const story = new Story().do({ type: "limits", limits }).join("").do({ type: "disconnected" });
    for (let i = 0; i < 600; i++) story.type({ retain: i }, insert(i % 2 ? "é" : "e"));
    expect(story.state.buffer.length).toBeGreaterThan(1);
    expect(story.state.buffer.length).toBeLessThan(5);
    expect(story.text.length).toBe(600);
  });

  it("an embed that no message holds is refused", () => {
    const story = new Story("rich-text").do({ type: "limits", limits }).join("\n");
    const before = story.state;
    expect(() => story.type({ insert: { image: "x".repeat(3_000) } })).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
    expect(story.state).toBe(before);
  });

  it("a document that would be too long is refused, a shorter one never", () => {
    const story = new Story()
      .join("abc")
      .do({ type: "limits", limits: { ...limits, document: 2 } });
    expect(() => story.type(insert("x"))).toThrow(expect.objectContaining({ code: "too_large" }));
    expect(story.type({ delete: 1 }).text).toBe("bc");
  });
});

describe("S9: a change that is not as predicted", () => {
  it("is taken from the server, later edits stay", () => {
    const story = new Story().join().type(insert("x")).type({ retain: 4 }, insert("y"));
    story.changes(mine(6, 1, insert("X")));
    expect(story.effects).toContainEqual({ type: "recovered" });
    expect(story.sent).toEqual([{ t: "open", doc: "d", type: "text" }]);
    story.changes(theirs(7, insert("of the older stream")));
    story.get({ ...opened, rev: 7, seq: 1, content: [insert("Xabc")] });
    expect(story.text).toBe("Xabcy");
    expect(story.sent).toEqual([
      { t: "op", doc: "d", rev: 7, seq: 2, op: [{ retain: 4 }, insert("y")] },
    ]);
  });

  it("and one that does not fit at all is met in the same way", () => {
    const story = new Story().join().changes(theirs(6, { retain: 9 }, insert("x")));
    expect(story.sent).toEqual([{ t: "open", doc: "d", type: "text" }]);
    expect(story.text).toBe("abc");
  });
});

describe("refusals", () => {
  it.each<WireCode>(["stale", "bad_revision", "seq_gap", "not_found"])(
    "%s is answered by a resume, but not for ever",
    (code) => {
      const story = new Story().join().type(insert("x"));
      for (let i = 0; i < 3; i++) {
        expect(story.refuse(code).sent).toEqual([{ t: "open", doc: "d", epoch: "e", rev: 5, at }]);
        story.get({ ...joined, from: 5, changes: [] });
      }
      story.refuse(code);
      expect(story.status).toBe("blocked");
      expect(story.draft?.ops).toEqual([[insert("x")]]);
    },
  );

  it.each<WireCode>(["invalid_op", "too_large"])("%s hands over a draft", (code) => {
    const story = new Story().join().type(insert("x")).type(insert("y")).refuse(code);
    expect(story.status).toBe("blocked");
    expect(story.draft).toMatchObject({ code, ops: [[insert("x")], [insert("y")]] });
    expect(story.sent).toEqual([{ t: "close", doc: "d" }]);
  });

  it("forbidden waits for the right to come back", () => {
    const story = new Story().join().type(insert("x")).refuse("forbidden");
    expect(story.status).toBe("blocked");
    expect(story.draft?.code).toBe("forbidden");
    story.get({ t: "access", doc: "d", access: "write" });
    expect(story.sent).toEqual([{ t: "op", doc: "d", rev: 5, seq: 1, op: [insert("x")] }]);
    expect(story.status).toBe("saving");
  });

  it("of an op that is answered already mean nothing", () => {
    const story = new Story()
      .join()
      .type(insert("x"))
      .changes(mine(6, 1, insert("x")));
    expect(story.refuse("invalid_op", 1).status).toBe("saved");
  });

  it("of an open: some are final, some pass, and a taken id is changed", () => {
    const open = (code: WireCode): Story =>
      new Story()
        .do({ type: "connected", client: "me" })
        .get({ t: "error", code, message: "", doc: "d" });
    expect(open("forbidden").status).toBe("blocked");
    expect(open("not_found").status).toBe("blocked");
    expect(open("unavailable").effects).toContainEqual({ type: "retry", attempt: 0 });
    expect(open("unavailable").do({ type: "retry" }).sent).toEqual([
      { t: "open", doc: "d", type: "text" },
    ]);
    expect(open("client_taken").effects).toContainEqual({ type: "rename" });
  });

  it("client_taken after a commit is final", () => {
    const story = new Story().join("abc", { seq: 4 }).type(insert("x")).refuse("client_taken", 5);
    expect(story.status).toBe("blocked");
  });
});

describe("a document that is deleted", () => {
  it("hands over a draft", () => {
    const story = new Story()
      .join()
      .type(insert("x"))
      .get({ t: "closed", doc: "d", code: "not_found" });
    expect(story.draft).toMatchObject({ code: "not_found", ops: [[insert("x")]] });
    expect(story.sent).toEqual([]);
  });
});

describe("S7: cursors", () => {
  const ann = { user: { id: "ann" }, cursor: [1, 3] as const, state: {} };

  it("of others stay in front of what is typed there, and their own move behind it", () => {
    const story = new Story().join("abc", { presence: { you: ann, me: ann } });
    expect(Object.keys(story.state.peers)).toEqual(["you"]);
    story.type({ retain: 1 }, insert("x"));
    expect(visiblePeers(story.state).you?.cursor).toEqual([1, 4]);
    story.changes(theirs(6, { retain: 1 }, insert("zz")));
    expect(story.state.peers.you?.cursor).toEqual([3, 5]);
  });

  it("of one's own are told when nothing is unacknowledged, and only if the server does not know", () => {
    const story = new Story().join();
    story.do({ type: "present", cursor: [1, 1], state: { name: "Me" } });
    expect(due(story.state)).toBe(true);
    expect(story.do({ type: "tell" }).sent).toEqual([
      { t: "presence", doc: "d", rev: 5, cursor: [1, 1], state: { name: "Me" } },
    ]);
    story.type({ retain: 1 }, insert("x")).do({ type: "present", cursor: [2, 2] });
    expect(due(story.state)).toBe(false);
    story.changes(mine(6, 1, { retain: 1 }, insert("x")));
    expect(due(story.state)).toBe(false); // moved by the server itself
    story.do({ type: "present", cursor: [0, 0] });
    expect(story.do({ type: "tell" }).sent).toEqual([
      { t: "presence", doc: "d", rev: 6, cursor: [0, 0] },
    ]);
  });

  it("of one's own stay where others see them when the document is opened again", () => {
    const story = new Story()
      .join()
      .do({ type: "present", cursor: [1, 1] })
      .do({ type: "tell" });
    const seen = { user: { id: "me" }, cursor: [1, 1], state: {} } as const;
    story.join("abc", { presence: { me: seen } });
    expect(due(story.state)).toBe(false);
  });

  it("of one's own leave with a null state", () => {
    const story = new Story().join().do({ type: "present", cursor: [1, 1], state: { name: "Me" } });
    story.do({ type: "tell" }).do({ type: "present", state: null });
    expect(story.do({ type: "tell" }).sent).toEqual([
      { t: "presence", doc: "d", rev: 5, state: null },
    ]);
    expect(due(story.state)).toBe(false);
  });

  it("of one's own come back without the state that they leave with", () => {
    const story = new Story().join().do({ type: "present", cursor: [1, 1], state: { name: "Me" } });
    story.do({ type: "tell" }).do({ type: "present", cursor: [2, 2], state: null });
    expect(story.do({ type: "tell" }).sent).toMatchObject([{ state: null }]);
    expect(story.do({ type: "tell" }).sent).toEqual([
      { t: "presence", doc: "d", rev: 5, cursor: [2, 2] },
    ]);
    expect(due(story.state)).toBe(false);
  });

  it("come and go", () => {
    const story = new Story().join();
    const presence = { t: "presence", doc: "d", rev: 5 } as const;
    story.get({ ...presence, cursors: { me: [0, 0] }, peers: { you: ann, me: ann } });
    expect(story.state.peers).toEqual({ you: ann });
    story.get({ ...presence, cursors: { you: null, stranger: [1, 1] }, peers: {} });
    expect(story.state.peers).toEqual({ you: { ...ann, cursor: null } });
    story.get({ ...presence, cursors: {}, peers: { you: null } });
    expect(story.state.peers).toEqual({});
  });
});

describe("the state", () => {
  it("survives JSON, and goes on as it was", () => {
    const story = new Story().join().type(insert("x")).type(insert("y"));
    const kept = restore(JSON.parse(JSON.stringify(story.state)) as State, "d", "me");
    expect(status(kept)).toEqual({ name: "offline", unsaved: 2 });
    expect(pending(kept)).toEqual([[insert("x")], [insert("y")]]);
    story.state = kept;
    story.do({ type: "connected", client: "me" }).get({ ...joined, from: 5, changes: [] });
    expect(story.sent).toEqual([{ t: "op", doc: "d", rev: 5, seq: 1, op: [insert("x")] }]);
  });

  it("is nobody else's", () => {
    const { state } = new Story().join().type(insert("x"));
    expect(() => restore(state, "other", "me")).toThrow();
    expect(() => restore(state, "d", "you")).toThrow(
      expect.objectContaining({ code: "client_taken" }),
    );
  });

  it("is not ready before there is a content", () => {
    expect(() => new Story().type(insert("x"))).toThrow(
      expect.objectContaining({ code: "not_ready" }),
    );
    expect(() => new Story().join("a", { access: "read" }).type(insert("x"))).toThrow(
      /only be read/,
    );
    expect(new Story().join("a", { access: "read" }).status).toBe("readonly");
  });
});

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delta } from "../src/delta/index.ts";
import { Session } from "../src/session.ts";
import { create, type Event, type State, status, step } from "../src/state/index.ts";
import { type ClientMessage, type DocumentMessage, decode } from "../src/wire.ts";
import { FakeSocket, welcome } from "./support/sockets.ts";

/** The frames that the server's own tests are held to. */
interface Golden {
  readonly name: string;
  readonly direction: "client" | "server";
  readonly frame: string;
}

const file = new URL("../../wire/testdata/frames.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden[];

function frame(direction: Golden["direction"], name: string): string {
  const found = golden.find((g) => g.direction === direction && g.name === name);
  if (!found) throw new Error(`no frame ${name}`);
  return found.frame;
}

const doc = "team-a:spec";
const ann = "3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01";
const ben = "c9b5f3d2-7e61-4c8f-8a34-0f2d9e7b0b02";

/** A state after what the server said and the person did, and what was sent last. */
class Play {
  state: State = create(doc, "text", ann);
  sent: ClientMessage[] = [];

  do(event: Event): this {
    const { state, effects } = step(this.state, event);
    this.state = state;
    this.sent = effects.flatMap((e) => (e.type === "send" ? [e.message] : []));
    return this;
  }

  get(name: string): this {
    return this.do({ type: "message", message: decode(frame("server", name)) as DocumentMessage });
  }

  /** Open, at revision 7, where this client has committed 3. */
  open(name = "opened"): this {
    return this.do({ type: "connected", client: ann }).get(name);
  }

  type(...op: Delta): this {
    return this.do({ type: "edit", op });
  }

  show(shown: Omit<Extract<Event, { type: "present" }>, "type">): this {
    return this.do({ type: "present", ...shown }).do({ type: "tell" });
  }
}

describe("what the server sends", () => {
  const frames = golden.filter(({ direction }) => direction === "server");

  it.each(frames.map(({ name, frame }) => [name, frame]))("%s is read", (_, frame) => {
    expect(decode(frame)).toEqual(JSON.parse(frame));
  });

  it("an opened document is shown, with the others in it", () => {
    const { state } = new Play().open();
    expect(status(state).name).toBe("saved");
    expect(state.place).toEqual({
      epoch: "7d444840-9dc0-41d1-b245-5ffdce74fad2",
      rev: 7,
      at: "2026-03-01T09:30:00.125Z",
    });
    expect(state.seq).toBe(3);
    expect(Object.keys(state.peers)).toEqual([ben]);
    expect(state.content).toEqual(state.base);
    expect(state.content.length).toBeGreaterThan(0);
  });

  it("who moves and who leaves is noticed", () => {
    expect(new Play().open().get("presence, moved").state.peers[ben]?.cursor).toBeNull();
    expect(new Play().open().get("presence, peers").state.peers).toEqual({});
  });

  it("lost rights and a deletion are noticed", () => {
    expect(status(new Play().open().get("access").state).name).toBe("readonly");
    expect(new Play().open().get("closed").state.blocked).toBe("not_found");
    const joining = new Play().do({ type: "connected", client: ann });
    expect(joining.get("error about a document").state.blocked).toBe("forbidden");
  });

  it("a change and its repair are one's own and an update", () => {
    const play = new Play().open("opened, empty");
    const five = { ...play.state, place: { ...play.state.place, rev: 5 }, seq: 2 } as State;
    play.state = { ...five, base: [{ insert: "12345678" }], content: [{ insert: "12345678" }] };
    play.type({ insert: "x" }).get("changes, with the repair");
    expect(status(play.state).name).toBe("saved");
    expect(play.state.content).toEqual([{ insert: "x12345678\n" }]);
    expect(play.state.place?.rev).toBe(7);
  });
});

describe("what the client sends", () => {
  const shown = { cursor: [2, 5], state: { colour: "red" } } as const;
  const written: [name: string, play: () => Play][] = [
    ["open with a type", () => new Play().do({ type: "connected", client: ann })],
    ["open, resume", () => new Play().open().do({ type: "connected", client: ann })],
    ["op", () => new Play().open().type({ retain: 2 }, { insert: "x" })],
    [
      "presence, cursor and state",
      () => new Play().open("opened, empty").show({ cursor: [2, 5], state: { colour: "red" } }),
    ],
    ["presence, cursor", () => new Play().open("opened, empty").show({ cursor: [2, 5] })],
    ["presence, no cursor", () => new Play().open().show(shown).show({ cursor: null })],
    ["presence, leave", () => new Play().open().show(shown).show({ state: null })],
    ["close", () => new Play().open().do({ type: "block", code: "replaced" })],
  ];

  it.each(written)("%s", (name, play) => {
    expect(play().sent).toEqual([JSON.parse(frame("client", name))]);
  });

  describe("on a connection", () => {
    beforeEach(() => {
      vi.useFakeTimers();
      FakeSocket.made = [];
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it.each([
      ["hello", undefined],
      ["hello with a token", "x.y.z"],
    ])("%s", async (name, token) => {
      const session = new Session("http://host", {
        WebSocket: FakeSocket,
        client: ann,
        ...(token ? { token } : {}),
      });
      await vi.advanceTimersByTimeAsync(0);
      FakeSocket.last.open();
      expect(FakeSocket.last.sent).toEqual([JSON.parse(frame("client", name))]);
      session.close();
    });

    it("auth, ping", async () => {
      const session = new Session("http://host", { WebSocket: FakeSocket, token: () => "x.y.z" });
      await vi.advanceTimersByTimeAsync(0);
      FakeSocket.last.open();
      FakeSocket.last.receive(welcome(new Date(Date.now() + 10_000).toISOString()));
      await vi.advanceTimersByTimeAsync(25_000);
      const [, auth, ping] = FakeSocket.last.sent;
      expect([auth, ping]).toEqual(["auth", "ping"].map((n) => JSON.parse(frame("client", n))));
      session.close();
    });
  });
});

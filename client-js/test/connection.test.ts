import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, reaction } from "../src/backoff.ts";
import { Connection } from "../src/connection.ts";
import type { TokenSource } from "../src/renewal.ts";
import { endpoint, uuid } from "../src/socket.ts";
import type { ClientMessage } from "../src/wire.ts";
import { FakeSocket, welcome } from "./support/sockets.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") });
  FakeSocket.made = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function dial(token?: TokenSource): Promise<{ connection: Connection; log: string[] }> {
  const log: string[] = [];
  const connection = new Connection(
    { url: "ws://host/v1/connect", client: () => "me", token, socket: FakeSocket },
    {
      up: () => log.push("up"),
      welcome: () => log.push("welcome"),
      message: ({ t }) => log.push(t),
      down: (tooBig) => log.push(tooBig ? "down: too big" : "down"),
      trouble: ({ code }) => log.push(`trouble: ${code}`),
      ended: ({ code }) => log.push(`ended: ${code}`),
    },
  );
  connection.open();
  await settled();
  return { connection, log };
}

async function live(token?: TokenSource): ReturnType<typeof dial> {
  const dialled = await dial(token);
  FakeSocket.last.open();
  FakeSocket.last.receive(welcome());
  return dialled;
}

describe("a connection", () => {
  it("says hello first, and does not wait for the answer", async () => {
    const { connection, log } = await dial("jwt");
    connection.send({ t: "close", doc: "early" });
    FakeSocket.last.open();
    expect(log).toEqual(["up"]);
    connection.send({ t: "close", doc: "d" });
    expect(FakeSocket.last.sent).toEqual([
      { t: "hello", client: "me", token: "jwt" },
      { t: "close", doc: "d" },
    ]);
  });

  it("hands on what concerns documents, and nothing that it does not know", async () => {
    const { log } = await live();
    for (const frame of ["no json", "[]", "null", '{"t":"novelty"}', '{"t":"pong"}']) {
      FakeSocket.last.receive(frame);
    }
    FakeSocket.last.receive({ t: "ack", doc: "d", rev: 1, seq: 1 });
    FakeSocket.last.receive({ t: "error", code: "not_found", message: "", doc: "d" });
    FakeSocket.last.receive({ t: "error", code: "rate_limited", message: "" });
    expect(log.slice(2)).toEqual(["ack", "error", "trouble: rate_limited"]);
  });

  it("comes back with a longer and longer wait, and a new token each time", async () => {
    let asked = 0;
    const { log } = await live(async () => `jwt-${++asked}`);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    for (const wait of [500, 1_000, 2_000, 4_000]) {
      const before = FakeSocket.made.length;
      FakeSocket.last.end(1006);
      await vi.advanceTimersByTimeAsync(wait * 0.9);
      expect(FakeSocket.made.length).toBe(before);
      await vi.advanceTimersByTimeAsync(wait * 0.1);
      expect(FakeSocket.made.length).toBe(before + 1);
    }
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ t: "hello", client: "me", token: "jwt-5" }]);
    expect(log).toEqual(["up", "welcome", "down", "up"]);
  });

  it("ignores what an old socket still says", async () => {
    const { connection, log } = await live();
    const old = FakeSocket.last;
    connection.close();
    connection.open();
    await settled();
    old.receive({ t: "ack", doc: "d", rev: 1, seq: 1 });
    old.end(1006);
    expect(log).toEqual(["up", "welcome"]);
    expect(old.closed).toBe(true);
    expect(FakeSocket.made.length).toBe(2);
  });

  it.each([
    [4409, "replaced"],
    [4403, "forbidden"],
    [4400, "bad_message"],
    [4401, "unauthorized"],
  ])("does not come back after %i", async (code, why) => {
    const { log } = await live("fixed token");
    FakeSocket.last.end(code);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(log.slice(2)).toEqual(["down", `ended: ${why}`]);
    expect(FakeSocket.made.length).toBe(1);
  });

  it("says what the server said before it closed", async () => {
    const { log } = await live("fixed token");
    FakeSocket.last.receive({ t: "error", code: "token_expired", message: "" });
    FakeSocket.last.end(4401);
    expect(log.at(-1)).toBe("ended: token_expired");
  });

  it("comes back with another token after 4401, where it can have one", async () => {
    await live(() => "fresh");
    FakeSocket.last.end(4401);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.made.length).toBe(2);
  });

  it("tells when a message was too big", async () => {
    const { log } = await live();
    FakeSocket.last.end(1009);
    expect(log.at(-1)).toBe("down: too big");
  });

  it("moves at some moment while the server drains", async () => {
    await live();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    FakeSocket.last.receive({ t: "draining", within: 8_000 });
    await vi.advanceTimersByTimeAsync(3_999);
    expect(FakeSocket.last.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.last.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakeSocket.made.length).toBe(2);
  });

  it("finds out that nobody is there", async () => {
    const { log } = await live();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(FakeSocket.last.of("ping").length).toBe(1);
    FakeSocket.last.receive({ t: "pong" });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(FakeSocket.last.of("ping").length).toBe(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(log.at(-1)).toBe("down");
    expect(FakeSocket.made[0]?.closed).toBe(true);
  });

  it("gives up a socket that does not open", async () => {
    await dial();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(FakeSocket.made.length).toBe(2);
  });

  it.each([
    ["a minute before it runs out", "2026-01-01T00:10:00.000Z", 9 * 60_000],
    ["at four fifths of a short life", "2026-01-01T00:00:10.000Z", 8_000],
    ["after longer than a timer can run", "2026-02-01T00:00:00.000Z", 31 * 86_400_000 - 60_000],
  ])("renews its token %s", async (_, expires, after) => {
    await dial(() => "next");
    const socket = FakeSocket.last;
    vi.spyOn(socket, "send").mockImplementation((data) => {
      const message = JSON.parse(data) as ClientMessage;
      if (message.t === "ping") socket.receive({ t: "pong" });
      else socket.sent.push(message);
    });
    socket.open();
    socket.receive(welcome(expires));
    await vi.advanceTimersByTimeAsync(after - 1);
    expect(socket.of("auth")).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.of("auth")).toEqual([{ t: "auth", token: "next" }]);
  });

  it("asks again where no token can be had", async () => {
    let asked = 0;
    const { log } = await dial(() => {
      if (++asked < 3) throw new Error("the login is down");
      return "jwt";
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(log).toEqual(["trouble: no_connection", "trouble: no_connection"]);
    expect(FakeSocket.made.length).toBeGreaterThan(0);
  });

  it("is over when it is closed", async () => {
    const { connection } = await live();
    FakeSocket.last.end(1006);
    connection.close();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(FakeSocket.made.length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the wait", () => {
  it("is anything up to twice as long each time, and bounded", () => {
    expect(backoff(0, () => 0)).toBe(0);
    expect([0, 1, 2, 3].map((n) => backoff(n, () => 1))).toEqual([500, 1000, 2000, 4000]);
    expect(backoff(1_000_000, () => 1)).toBe(30_000);
  });

  it("is longer where the server has too much to do", () => {
    expect(reaction(1013)).toBe("later");
    expect([1000, 1001, 1006, 1009, 1011, 4408].map(reaction)).toEqual(Array(6).fill("again"));
  });
});

describe("the address", () => {
  it.each([
    ["https://host", "wss://host/v1/connect"],
    ["http://host:8080/", "ws://host:8080/v1/connect"],
    ["https://host/base/", "wss://host/base/v1/connect"],
    ["wss://host/v1/connect", "wss://host/v1/connect"],
  ])("%s", (address, url) => expect(endpoint(address)).toBe(url));
});

it("makes UUIDs as the server wants them", () => {
  expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid()).not.toBe(uuid());
});

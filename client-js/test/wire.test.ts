import { describe, expect, it } from "vitest";
import { CoscribeError, codes } from "../src/errors.ts";
import { type ClientMessage, decode, encode } from "../src/wire.ts";

const fromServer = [
  '{"t":"hello","session":"s","user":{"id":"ann"},"limits":{"message":1,"document":1,"window":1}}',
  '{"t":"auth","expires":"2026-01-01T00:00:00.000Z"}',
  '{"t":"opened","doc":"d","type":"text","epoch":"e","rev":0,"at":"","access":"read","seq":0,"presence":{},"content":[]}',
  '{"t":"changes","doc":"d","changes":[{"rev":1,"op":[],"user":"ann","at":""}]}',
  '{"t":"ack","doc":"d","rev":1,"seq":1}',
  '{"t":"presence","doc":"d","rev":1,"cursors":{},"peers":{}}',
  '{"t":"access","doc":"d","access":"write"}',
  '{"t":"closed","doc":"d","code":"not_found"}',
  '{"t":"draining","within":5000}',
  '{"t":"pong"}',
  '{"t":"error","code":"stale","message":"text"}',
];

const toServer: [string, ClientMessage][] = [
  ['{"t":"hello","client":"c","token":"jwt"}', { t: "hello", client: "c", token: "jwt" }],
  ['{"t":"auth","token":"jwt"}', { t: "auth", token: "jwt" }],
  ['{"t":"open","doc":"d","type":"text"}', { t: "open", doc: "d", type: "text" }],
  ['{"t":"open","doc":"d","epoch":"e","rev":1}', { t: "open", doc: "d", epoch: "e", rev: 1 }],
  ['{"t":"op","doc":"d","rev":1,"seq":1,"op":[]}', { t: "op", doc: "d", rev: 1, seq: 1, op: [] }],
  [
    '{"t":"presence","doc":"d","rev":1,"cursor":null}',
    { t: "presence", doc: "d", rev: 1, cursor: null },
  ],
  ['{"t":"close","doc":"d"}', { t: "close", doc: "d" }],
  ['{"t":"ping"}', { t: "ping" }],
];

describe("messages", () => {
  it.each(fromServer)("reads %s", (frame) => expect(decode(frame)).toEqual(JSON.parse(frame)));

  it.each(toServer)("writes %s", (frame, message) => expect(encode(message)).toBe(frame));

  it.each(["", "{", "1", "null", "[]", "{}", '{"t":1}', '{"t":"novelty"}'])(
    "has no use for %j",
    (frame) => expect(decode(frame)).toBeNull(),
  );
});

describe("errors", () => {
  it("tell whether trying again helps", () => {
    const retryable = codes.filter((code) => new CoscribeError(code, "").retryable);
    expect(retryable).toEqual([
      "token_expired",
      "stale",
      "rate_limited",
      "unavailable",
      "closing",
      "internal",
    ]);
  });
});

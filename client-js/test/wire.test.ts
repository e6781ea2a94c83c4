import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** Frames as the server's own tests have them, where those lie beside this package. */
function golden(): [where: string, frame: { t: string }][] {
  const directory = new URL("../../wire/testdata/", import.meta.url);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const content: unknown = JSON.parse(readFileSync(new URL(name, directory), "utf8"));
      return frames(content).map((frame, i): [string, { t: string }] => [`${name} ${i}`, frame]);
    });
}

/** The frames in a file, whatever they lie in. */
function frames(value: unknown): { t: string }[] {
  if (typeof value === "string" && value.startsWith('{"t"')) return frames(JSON.parse(value));
  if (typeof value !== "object" || value === null) return [];
  if (typeof (value as { t?: unknown }).t === "string") return [value as { t: string }];
  return Object.values(value).flatMap(frames);
}

describe("messages", () => {
  it.each(fromServer)("reads %s", (frame) => expect(decode(frame)).toEqual(JSON.parse(frame)));

  it.each(toServer)("writes %s", (frame, message) => expect(encode(message)).toBe(frame));

  it.each(["", "{", "1", "null", "[]", "{}", '{"t":1}', '{"t":"novelty"}'])(
    "has no use for %j",
    (frame) => expect(decode(frame)).toBeNull(),
  );

  const ours = new Set(toServer.map(([, { t }]) => t as string));
  it.each(golden())("knows %s", (_, frame) => {
    expect(ours.has(frame.t) || decode(JSON.stringify(frame)) !== null).toBe(true);
  });
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

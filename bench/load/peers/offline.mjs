// Two people, one of them away: each makes so many edits, then the other comes
// back. Prints how long it takes until both have everything and the server has
// acknowledged it, in milliseconds.
// Usage: node offline.mjs SERVER ADDRESS DOCUMENT EDITS

import * as Y from "yjs";
import { connectShareDB, connectYjs } from "./clients.mjs";

const [server, address, id, count] = process.argv.slice(2);
const url = address.replace("http", "ws");
const edits = Number(count);
const BURST = 20; // letters typed at one place

/** Where the edits of one of the two go: bursts of typing at places that are spread. */
function* places(length, phase) {
  for (let i = 0; i < edits; i++) {
    const burst = Math.floor(i / BURST);
    yield ((burst * 37 + phase) % (length - 1)) + 1 + (i % BURST);
  }
}

async function shareDB() {
  const here = (await connectShareDB(url)).get("docs", id);
  let line = await connectShareDB(url);
  const away = line.get("docs", id);
  await Promise.all([subscribed(here), subscribed(away)]);
  const length = here.data.length();
  line.close();
  for (const at of places(length, 0)) away.submitOp([{ retain: at }, { insert: "a" }]);
  here.preventCompose = true; // each of the others' edits was one of its own
  for (const at of places(length, 11)) here.submitOp([{ retain: at }, { insert: "b" }]);
  await new Promise((resolve) => here.whenNothingPending(resolve));
  const began = performance.now();
  const { default: WebSocket } = await import("ws");
  line.bindToSocket(new WebSocket(url));
  await new Promise((resolve) => away.whenNothingPending(resolve));
  while (here.version < away.version) await new Promise((resolve) => here.once("op", resolve));
  return [performance.now() - began, text(here), text(away)];
}

const subscribed = (doc) => new Promise((resolve, reject) => doc.subscribe((err) => (err ? reject(err) : resolve())));
const text = (doc) => doc.data.ops.map((op) => op.insert).join("");

async function yjs(name, where) {
  const here = await connectYjs(where, name);
  const first = await connectYjs(where, name);
  const away = new Y.Doc();
  Y.applyUpdate(away, Y.encodeStateAsUpdate(first.doc));
  first.close();
  const length = here.doc.getText("text").length;
  for (const at of places(length, 0)) away.getText("text").insert(at, "a");
  for (const at of places(length, 11)) here.doc.getText("text").insert(at, "b");
  await here.acknowledged();
  const began = performance.now();
  const back = await connectYjs(where, name, away);
  await back.acknowledged();
  while (here.doc.getText("text").length < length + 2 * edits) await new Promise((resolve) => here.doc.once("update", resolve));
  return [performance.now() - began, here.doc.getText("text").toString(), away.getText("text").toString()];
}

const meet = {
  "sharedb-memory": shareDB,
  "sharedb-postgres": shareDB,
  "sharedb-published": shareDB,
  hocuspocus: () => yjs(id, url),
  "y-websocket": () => yjs(null, `${url}/${id}`),
};
const [ms, one, other] = await meet[server]();
if (one !== other) throw new Error("the two do not have the same");
console.log(JSON.stringify({ ms, length: one.length }));
process.exit(0);

// ShareDB with rich-text documents, in memory or on Postgres.
// Usage: node sharedb.mjs memory | postgres URL | published URL

import { createServer } from "node:http";
import WebSocketJSONStream from "@teamwork/websocket-json-stream";
import richText from "rich-text";
import ShareDB from "sharedb";
import { WebSocketServer } from "ws";
import { announce } from "./listen.mjs";

const [store, database] = process.argv.slice(2);

ShareDB.types.register(richText.type);
const backend = new ShareDB({ db: await open(store), presence: true, doNotForwardSendPresenceErrorsToClient: true });

async function open(store) {
  switch (store) {
    case "memory":
      return new ShareDB.MemoryDB();
    case "postgres":
      return (await import("./sharedb-store.mjs")).open(database);
    case "published":
      return (await import("./sharedb-published.mjs")).open(database);
  }
  throw new Error(`no store ${store}`);
}

const http = createServer();
new WebSocketServer({ server: http, maxPayload: 64 << 20 }).on("connection", (socket) => {
  const stream = new WebSocketJSONStream(socket);
  stream.on("error", () => socket.terminate()); // somebody has left in the middle of a write
  backend.listen(stream);
});
http.listen(0, "127.0.0.1", () => announce(http));

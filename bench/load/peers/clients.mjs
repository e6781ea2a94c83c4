// The peers' own clients, as far as the measurements need them.

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import richText from "rich-text";
import ShareDB from "sharedb/lib/client/index.js";
import WebSocket from "ws";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";

ShareDB.types.register(richText.type);

/** A connection of ShareDB's client; it is there when the promise is. */
export async function connectShareDB(url) {
  const connection = new ShareDB.Connection(new WebSocket(url));
  await new Promise((resolve) => connection.once("connected", resolve));
  return connection;
}

const SYNC = 0;
const AUTH = 2;
const SYNC_REPLY = 4;
const STATUS = 8;

/**
 * A document of a server of the Yjs protocol, synchronised when the promise is
 * there. With a name it is Hocuspocus's form of the protocol.
 */
export async function connectYjs(url, name, doc = new Y.Doc()) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const remote = new Remote(socket, name, doc);
  await remote.synchronised;
  return remote;
}

class Remote {
  #socket;
  #name;
  #waiting = [];
  #asked = 0; // what the server will answer
  #answered = 0;

  constructor(socket, name, doc) {
    this.#socket = socket;
    this.#name = name;
    this.doc = doc;
    this.synchronised = new Promise((resolve) => {
      socket.on("message", (data) => this.#receive(new Uint8Array(data), resolve));
    });
    doc.on("update", (update, origin) => {
      if (origin !== this) this.#update(update);
    });
    if (name !== null) {
      this.#send((out) => {
        encoding.writeVarUint(out, AUTH);
        encoding.writeVarUint(out, 0);
        encoding.writeVarString(out, "");
        encoding.writeVarString(out, "4.7.0");
      });
    }
    this.#ask();
  }

  /** Resolves when the server has taken everything that was sent. */
  acknowledged() {
    if (this.#name === null) this.#ask(); // it has no word for it, but does one thing after the other
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#settle();
    });
  }

  #ask() {
    if (this.#name === null) this.#asked++;
    this.#send((out) => {
      encoding.writeVarUint(out, SYNC);
      sync.writeSyncStep1(out, this.doc);
    });
  }

  close() {
    this.#socket.close();
  }

  #send(write) {
    const out = encoding.createEncoder();
    if (this.#name !== null) encoding.writeVarString(out, this.#name);
    write(out);
    this.#socket.send(encoding.toUint8Array(out));
  }

  #update(update) {
    if (this.#name !== null) this.#asked++;
    this.#send((out) => {
      encoding.writeVarUint(out, SYNC);
      sync.writeUpdate(out, update);
    });
  }

  #receive(data, synchronised) {
    const input = decoding.createDecoder(data);
    if (this.#name !== null) decoding.readVarString(input);
    const kind = decoding.readVarUint(input);
    if (kind === STATUS) {
      this.#answered++;
      this.#settle();
    }
    if (kind !== SYNC && kind !== SYNC_REPLY) return;
    const out = encoding.createEncoder();
    if (this.#name !== null) encoding.writeVarString(out, this.#name);
    encoding.writeVarUint(out, SYNC);
    const step = sync.readSyncMessage(input, out, this.doc, this);
    if (step === sync.messageYjsSyncStep1) {
      if (this.#name !== null) this.#asked++;
      this.#socket.send(encoding.toUint8Array(out)); // what the server lacks
    }
    if (step === sync.messageYjsSyncStep2) {
      if (this.#name === null) this.#answered++;
      synchronised();
      this.#settle();
    }
  }

  #settle() {
    if (this.#answered >= this.#asked) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

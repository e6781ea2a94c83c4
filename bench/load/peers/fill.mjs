// Gives a server a document with a long history, the way that its own store
// would have kept it.
// Usage: node fill.mjs SERVER TARGET DOCUMENT TRACE
// TARGET is the database of a server that keeps documents there, and the
// server's address for one that has them in memory alone.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import richText from "rich-text";
import * as Y from "yjs";
import { connectYjs, connectShareDB } from "./clients.mjs";

const [server, target, id, path] = process.argv.slice(2);
const trace = JSON.parse(gunzipSync(readFileSync(path)));
const TYPE = richText.type.uri;

/** The recorded edits as deltas, one for each patch. */
function* edits() {
  for (const { patches } of trace.txns) {
    for (const [at, deleted, inserted] of patches) {
      const op = [];
      if (at > 0) op.push({ retain: at });
      if (inserted) op.push({ insert: inserted });
      if (deleted > 0) op.push({ delete: deleted });
      yield op;
    }
  }
}

/** The text that they lead to, by way of Yjs, which is quick at it. */
function written() {
  const doc = new Y.Doc();
  const text = doc.getText("text");
  text.insert(0, `${trace.startContent}\n`);
  for (const { patches } of trace.txns) {
    for (const [at, deleted, inserted] of patches) {
      text.delete(at, deleted);
      text.insert(at, inserted);
    }
  }
  return doc;
}

const doc = written();
const data = { ops: [{ insert: doc.getText("text").toString() }] };

const fillers = {
  async "sharedb-memory"() {
    const connection = await connectShareDB(target);
    await new Promise((resolve, reject) =>
      connection.get("docs", id).create(data.ops, TYPE, (err) => (err ? reject(err) : resolve())),
    );
    connection.close();
  },

  async "sharedb-postgres"(db) {
    const ops = [...edits()];
    await db.query("INSERT INTO heads VALUES ('docs', $1, $2)", [id, ops.length + 1]);
    await insertOps(db, "INSERT INTO ops SELECT 'docs', $1, v, op FROM unnest($2::int[], $3::text[]) AS t(v, op)", ops, 0);
    await db.query("INSERT INTO snapshots VALUES ('docs', $1, $2, $3, $4)", [id, ops.length + 1, TYPE, JSON.stringify(data)]);
  },

  async "sharedb-published"(db) {
    const ops = [...edits()];
    await insertOps(db, "INSERT INTO ops SELECT 'docs', $1, v, op::jsonb FROM unnest($2::int[], $3::text[]) AS t(v, op)", ops, 1);
    await db.query("INSERT INTO snapshots VALUES ('docs', $1, $2, $3, $4)", [id, TYPE, ops.length + 1, JSON.stringify(data)]);
  },

  async hocuspocus(db) {
    await db.query("INSERT INTO documents VALUES ($1, $2)", [id, Buffer.from(Y.encodeStateAsUpdate(doc))]);
  },

  async "y-websocket"() {
    const remote = await connectYjs(`${target}/${id}`, null);
    Y.applyUpdate(remote.doc, Y.encodeStateAsUpdate(doc));
    await remote.acknowledged();
    remote.close();
  },
};

async function insertOps(db, statement, ops, first) {
  for (let from = 0; from < ops.length; from += 10_000) {
    const part = ops.slice(from, from + 10_000);
    const versions = part.map((_, i) => from + i + 1 + first);
    const rows = part.map((op, i) => JSON.stringify({ src: "trace", seq: from + i + 1, v: from + i + 1, op: { ops: op } }));
    await db.query(statement, [id, versions, rows]);
  }
}

let db = null;
if (target.startsWith("postgres:")) {
  db = new pg.Client({ connectionString: target });
  await db.connect();
}
await fillers[server](db);
await db?.end();

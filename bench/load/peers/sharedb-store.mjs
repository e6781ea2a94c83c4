// An adapter that shows what ShareDB can do on Postgres: one prepared statement
// a commit, fenced by a narrow row of heads; documents as text, kept in memory
// and written every hundredth version, not at each.

import pg from "pg";
import ShareDB from "sharedb";

const TABLES = `
CREATE TABLE heads (collection text, id text, v integer NOT NULL, PRIMARY KEY (collection, id));
CREATE TABLE ops (collection text, id text, v integer, op text NOT NULL, PRIMARY KEY (collection, id, v));
CREATE TABLE snapshots (collection text, id text, v integer NOT NULL, type text, data text, PRIMARY KEY (collection, id));`;

const CREATE = {
  name: "create",
  text: `WITH head AS (INSERT INTO heads VALUES ($1, $2, 1) ON CONFLICT DO NOTHING RETURNING 1)
INSERT INTO ops SELECT $1, $2, $3::integer - 1, $4 FROM head`,
};
const COMMIT = {
  name: "commit",
  text: `WITH head AS (UPDATE heads SET v = $3 WHERE collection = $1 AND id = $2 AND v = $3 - 1 RETURNING 1)
INSERT INTO ops SELECT $1, $2, $3::integer - 1, $4 FROM head`,
};
const KEEP = {
  name: "keep",
  text: `INSERT INTO snapshots VALUES ($1, $2, $3, $4, $5) ON CONFLICT (collection, id)
DO UPDATE SET v = excluded.v, type = excluded.type, data = excluded.data WHERE snapshots.v < excluded.v`,
};
const EVERY = 100; // versions between snapshots

class Store extends ShareDB.DB {
  #pool;
  #heads = new Map(); // the last version of each document; this server is the only one

  constructor(pool) {
    super();
    this.#pool = pool;
  }

  async #commit(collection, id, op, snapshot) {
    const statement = snapshot.v === 1 ? CREATE : COMMIT;
    const { rowCount } = await this.#pool.query({ ...statement, values: [collection, id, snapshot.v, JSON.stringify(op)] });
    if (rowCount === 0) return false;
    const kept = { ...snapshot };
    this.#heads.set(`${collection}/${id}`, kept);
    if (snapshot.v % EVERY === 1) {
      const values = [collection, id, kept.v, kept.type, JSON.stringify(kept.data)];
      this.#pool.query({ ...KEEP, values }).catch((err) => console.error("snapshot:", err));
    }
    return true;
  }

  async #snapshot(collection, id) {
    const head = this.#heads.get(`${collection}/${id}`);
    if (head) return { ...head };
    const values = [collection, id];
    const { rows } = await this.#pool.query("SELECT v, type, data FROM snapshots WHERE collection = $1 AND id = $2", values);
    const found = { id, v: 0, type: null, data: undefined, m: null };
    if (rows.length === 0) return found;
    Object.assign(found, { v: rows[0].v, type: rows[0].type, data: JSON.parse(rows[0].data) });
    const type = ShareDB.types.map[found.type];
    for (const op of await this.#ops(collection, id, found.v, null)) {
      found.data = type.apply(type.deserialize ? type.deserialize(found.data) : found.data, op.op);
      found.v++;
    }
    this.#heads.set(`${collection}/${id}`, { ...found });
    return found;
  }

  async #ops(collection, id, from, to) {
    const { rows } = await this.#pool.query({
      name: "ops",
      text: "SELECT op FROM ops WHERE collection = $1 AND id = $2 AND v >= $3 AND ($4::integer IS NULL OR v < $4) ORDER BY v",
      values: [collection, id, from ?? 0, to ?? null],
    });
    return rows.map(({ op }) => JSON.parse(op));
  }

  commit(collection, id, op, snapshot, _options, done) {
    this.#commit(collection, id, op, snapshot).then((ok) => done(null, ok), done);
  }

  getSnapshot(collection, id, _fields, _options, done) {
    this.#snapshot(collection, id).then((snapshot) => done(null, snapshot), done);
  }

  getOps(collection, id, from, to, options, done) {
    this.#ops(collection, id, from, to).then((ops) => {
      if (!options?.metadata) for (const op of ops) delete op.m;
      done(null, ops);
    }, done);
  }
}

export async function open(database) {
  const pool = new pg.Pool({ connectionString: database });
  await pool.query(TABLES).catch((err) => {
    if (err.code !== "42P07") throw err; // it is there from a start before
  });
  return new Store(pool);
}

// Hocuspocus, stored in Postgres with the interval and the extension that it
// comes with.
// Usage: node hocuspocus.mjs URL

import { Database } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";
import pg from "pg";
import { announce } from "./listen.mjs";

const pool = new pg.Pool({ connectionString: process.argv[2] });
await pool.query("CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, data bytea NOT NULL)");

const server = new Server({
  port: 0,
  address: "127.0.0.1",
  quiet: true,
  websocketOptions: { maxPayload: 64 << 20 },
  extensions: [
    new Database({
      fetch: async ({ documentName }) => {
        const { rows } = await pool.query("SELECT data FROM documents WHERE name = $1", [documentName]);
        return rows[0]?.data ?? null;
      },
      store: async ({ documentName, state }) => {
        await pool.query(
          "INSERT INTO documents VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data",
          [documentName, state],
        );
      },
    }),
  ],
});
await server.listen();
announce(server.httpServer);

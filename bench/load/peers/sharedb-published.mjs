// The adapter from npm, with the tables from its own file.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import pg from "pg";

const require = createRequire(import.meta.url);

export async function open(database) {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query(await readFile(require.resolve("sharedb-postgres/structure.sql"), "utf8"));
  await client.end();
  const PostgresDB = require("sharedb-postgres");
  return new PostgresDB({ connectionString: database });
}

/** Holds the REST client's calls and types against the server's own description. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as rest from "../../src/rest/index.ts";
import { Rest } from "../../src/rest/index.ts";
import { Server } from "./server.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { schema: Schema } } };
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let server: Server;
let description: Description;

beforeAll(async () => {
  server = await Server.start();
  description = await (await fetch(`${server.url}/openapi.json`)).json();
});
afterAll(() => server.remove());

const submitter = { client: "3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01", seq: 1 };
const moment = { rev: 1, at: "2026-03-01T09:30:00.125Z", version: "v" };
const page = { after: 1, limit: 2 };

/** Every call with everything that it takes. */
const calls: Readonly<Record<string, (client: Rest) => Promise<unknown>>> = {
  "POST /v1/documents": (client) =>
    client.createDocument({
      id: "d",
      type: "text",
      format: "text",
      content: "x",
    } satisfies Required<rest.NewDocument<"text">>),
  "GET /v1/documents": (client) =>
    client.listDocuments({ prefix: "d", after: "d", limit: 2 }).page(),
  "GET /v1/documents/d": (client) => client.getDocument("d"),
  "DELETE /v1/documents/d": (client) => client.deleteDocument("d"),
  "GET /v1/documents/d/content": (client) => client.getContent("d", { format: "html", ...moment }),
  "POST /v1/documents/d/changes": (client) =>
    client.submitChange(
      "d",
      { rev: 1, op: [], epoch: "e", ...submitter } satisfies Required<rest.NewChange>,
      { ifMatch: '"e.1"' },
    ),
  "GET /v1/documents/d/changes": (client) => client.listChanges("d", page).page(),
  "GET /v1/documents/d/history": (client) => client.listHistory("d", page).page(),
  "GET /v1/documents/d/diff": (client) => client.getDiff("d", { from: 1, to: 2 }),
  "GET /v1/documents/d/authorship": (client) => client.getAuthorship("d", { rev: 1, by: "user" }),
  "GET /v1/documents/d/versions": (client) =>
    client.listVersions("d", { after: "v", limit: 2 }).page(),
  "POST /v1/documents/d/versions": (client) =>
    client.createVersion("d", {
      name: "n",
      rev: 1,
      ...submitter,
    } satisfies Required<rest.NewVersion>),
  "DELETE /v1/documents/d/versions/v": (client) => client.deleteVersion("d", "v"),
  "POST /v1/documents/d/restore": (client) =>
    client.restore(
      "d",
      { ...moment, ...submitter } satisfies Required<rest.Moment & rest.Submitter>,
      { ifMatch: '"e.1"' },
    ),
  "GET /v1/documents/d/presence": (client) => client.getPresence("d"),
  // The server takes one of them.
  "DELETE /v1/sessions": (client) => client.dropSessions({ user: "u", doc: "d" } as never),
};

/** Whole answers: a witness of each type for each schema. */
const answers = {
  Document: {
    id: "d",
    type: "text",
    epoch: "e",
    rev: 1,
    length: 1,
    created: moment.at,
    updated: moment.at,
  } satisfies Required<rest.DocumentInfo>,
  Committed: { rev: 1, op: [] } satisfies Required<rest.Committed>,
  Change: {
    from: 1,
    rev: 2,
    op: [],
    user: "u",
    at: moment.at,
    ...submitter,
  } satisfies Required<rest.Change>,
  Run: {
    from: 1,
    to: 2,
    users: ["u"],
    started: moment.at,
    ended: moment.at,
    added: 1,
    removed: 1,
  } satisfies Required<rest.Run>,
  Authorship: { rev: 1, runs: [] } satisfies Required<rest.Authorship>,
  Credit: { length: 1, user: "u", rev: 1, at: moment.at } satisfies Required<rest.Credit>,
  Version: {
    id: "v",
    name: "n",
    rev: 1,
    user: "u",
    at: moment.at,
  } satisfies Required<rest.Version>,
  RestoreOutputBody: { rev: 1, appended: true } satisfies Required<rest.Restored>,
  PresenceOutputBody: { rev: 1, peers: {} } satisfies Required<rest.Presence>,
  Peer: {
    user: { id: "u" },
    cursor: [0, 0],
    state: {},
  } satisfies Required<rest.Presence["peers"][string]>,
};

/** Makes a call and returns the request, which goes nowhere. */
async function requestOf(call: (client: Rest) => Promise<unknown>): Promise<Request> {
  let sent: Request | undefined;
  const spy: typeof fetch = async (...request) => {
    sent = new Request(...request);
    return new Response("{}", { headers: { ETag: '"e.1"' } });
  };
  await call(new Rest("http://server", { fetch: spy }));
  if (!sent) throw new Error("nothing was asked for");
  return sent;
}

function operations(): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(description.paths)) {
    const filled = path.replace("{id}", "d").replace("{version}", "v");
    for (const [method, operation] of Object.entries(item)) {
      found.set(`${method.toUpperCase()} ${filled}`, operation);
    }
  }
  return found;
}

const sorted = (names: Iterable<string>): string[] => [...names].sort();

/** What the client leaves to the platform: it asks for a format by name, and HTTP caches by itself. */
const platform = ["Accept", "If-None-Match"];

describe("the description", () => {
  it("has the calls that the client has, under the same names", () => {
    expect(sorted(operations().keys())).toEqual(sorted(Object.keys(calls)));
    for (const { operationId } of operations().values()) {
      expect(Rest.prototype, operationId).toHaveProperty(operationId);
    }
  });

  it.each(Object.keys(calls))("agrees on what goes into %s", async (key) => {
    const request = await requestOf(calls[key] as (client: Rest) => Promise<unknown>);
    const url = new URL(request.url);
    expect(`${request.method} ${url.pathname}`).toBe(key);
    const operation = operations().get(key);
    if (!operation) throw new Error(`${key} is not described`);
    const named = (place: string): string[] =>
      (operation.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name);
    expect(sorted(url.searchParams.keys())).toEqual(sorted(named("query")));
    for (const header of named("header").filter((name) => !platform.includes(name))) {
      expect(request.headers.has(header), header).toBe(true);
    }
    const body = operation.requestBody?.content["application/json"].schema;
    if (!body) return expect(request.body).toBeNull();
    expect(sorted(Object.keys(await request.json()))).toEqual(sorted(Object.keys(schema(body))));
  });

  it.each(Object.entries(answers))("agrees on what is in a %s", (name, witness) => {
    const described = schema({ $ref: `#/components/schemas/${name}` });
    expect(sorted(Object.keys(witness))).toEqual(sorted(Object.keys(described)));
    for (const [property, value] of Object.entries(witness)) {
      const { type } = resolve(described[property] as Schema);
      // What an op or a state may be is not said there.
      if (type) expect([type].flat(), `${name}.${property}`).toContain(typeOf(value));
    }
  });
});

function resolve(described: Schema): Schema {
  const name = described.$ref?.split("/").at(-1);
  return name === undefined ? described : (description.components.schemas[name] as Schema);
}

function schema(described: Schema): Readonly<Record<string, Schema>> {
  return resolve(described).properties ?? {};
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "number" ? "integer" : typeof value;
}

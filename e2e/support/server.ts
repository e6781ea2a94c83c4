import { inject } from "vitest";
import { ServerProcess } from "../../client-js/test/support/process.ts";

/** An op of a document, as REST tells it. */
export interface Op {
  readonly insert: string | object;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The real server, and what a test asks of it through REST. */
export class Server extends ServerProcess {
  static async start(...flags: string[]): Promise<Server> {
    const server = new Server(inject("binary"), () => ["--log-level", "WARN", ...flags]);
    await server.up();
    return server;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Creates a document through REST. */
  async create(id: string, content: readonly Op[], type = "rich-text"): Promise<void> {
    await this.#json("POST", "/v1/documents", { id, type, content });
  }

  /** The committed content of a document. */
  async content(id: string): Promise<Op[]> {
    return this.#json("GET", `/v1/documents/${id}/content?format=delta`);
  }

  /** Commits an edit made on a revision. */
  async change(id: string, rev: number, op: readonly object[]): Promise<void> {
    await this.#json("POST", `/v1/documents/${id}/changes`, { rev, op });
  }

  async delete(id: string): Promise<void> {
    await this.#send("DELETE", `/v1/documents/${id}`);
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    return (await (await this.#send(method, path, body)).json()) as T;
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    const init: RequestInit = { method };
    if (body) {
      init.headers = { "Content-Type": "application/json" };
      init.body = JSON.stringify(body);
    }
    const response = await fetch(this.url + path, init);
    if (response.ok) return response;
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}

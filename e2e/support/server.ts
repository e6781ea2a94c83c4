import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";

/** An op of a document, as REST tells it. */
export interface Op {
  readonly insert: string | object;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The real server in a process of its own, with a database of its own. */
export class Server {
  readonly #folder: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;
  #address = "127.0.0.1:0";

  private constructor(folder: string, flags: readonly string[]) {
    this.#folder = folder;
    this.#flags = flags;
  }

  /** Starts a server on a free port. */
  static async start(...flags: string[]): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "coscribe-e2e-data-"));
    const server = new Server(folder, flags);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Starts it again on the same database, on the same address unless another one is given. */
  async restart(address = this.#address): Promise<void> {
    const database = `sqlite:${join(this.#folder, "data.db")}`;
    const started = spawn(
      inject("binary"),
      ["--listen", address, "--database", database, "--log-level", "WARN", ...this.#flags],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#process = started;
    this.#address = await new Promise((resolve, reject) => {
      started.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface(started.stdout).on("line", (line) => {
        const address = /listens on http:\/\/(\S+?),/.exec(line)?.[1];
        if (address) resolve(address);
      });
    });
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill("SIGKILL");
    await ended;
  }

  /** Ends it and removes its database. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
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

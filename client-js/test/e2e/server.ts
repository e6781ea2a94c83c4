import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";

/** The real server, on a port and with a database of its own. */
export class Server {
  readonly #binary: string;
  readonly #directory: string;
  readonly url: string;
  readonly #secret: string | null;
  #process: ChildProcess | null = null;

  private constructor(binary: string, directory: string, port: number, secret: string | null) {
    this.#binary = binary;
    this.#directory = directory;
    this.#secret = secret;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** With a secret, tokens are asked for. */
  static async start(secret: string | null = null): Promise<Server> {
    const directory = mkdtempSync(join(tmpdir(), "coscribe-"));
    const server = new Server(inject("binary"), directory, await freePort(), secret);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    const database = `sqlite:${join(this.#directory, "test.db")}`;
    const listen = new URL(this.url).host;
    const flags = ["--listen", listen, "--database", database];
    if (this.#secret) {
      const file = join(this.#directory, "secret");
      writeFileSync(file, this.#secret, { mode: 0o600 });
      flags.push("--jwt-secret-file", file);
    }
    this.#process = spawn(this.#binary, flags, { stdio: "ignore" });
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (this.#process.exitCode !== null) throw new Error("the server has ended");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends the process, without a warning where the signal is SIGKILL. */
  async down(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = null;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    process.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.down("SIGKILL");
    rmSync(this.#directory, { recursive: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

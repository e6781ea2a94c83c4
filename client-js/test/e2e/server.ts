import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";

/** The real server, on a port and with a database of its own. */
export class Server {
  readonly #binary: string;
  readonly #directory: string;
  /** Free ones are the kernel's to give; after the first start it stays. */
  #address = "127.0.0.1:0";
  readonly #secret: string | null;
  #process: ChildProcess | null = null;

  private constructor(binary: string, directory: string, secret: string | null) {
    this.#binary = binary;
    this.#directory = directory;
    this.#secret = secret;
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  /** With a secret, tokens are asked for. */
  static async start(secret: string | null = null): Promise<Server> {
    const directory = mkdtempSync(join(tmpdir(), "coscribe-"));
    const server = new Server(inject("binary"), directory, secret);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    const database = `sqlite:${join(this.#directory, "test.db")}`;
    const flags = ["--listen", this.#address, "--database", database];
    if (this.#secret) {
      const file = join(this.#directory, "secret");
      writeFileSync(file, this.#secret, { mode: 0o600 });
      flags.push("--jwt-secret-file", file);
    }
    const started = spawn(this.#binary, flags, { stdio: ["ignore", "pipe", "ignore"] });
    this.#process = started;
    this.#address = await new Promise((resolve, reject) => {
      started.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface(started.stdout).on("line", (line) => {
        const address = /listens on http:\/\/(\S+?),/.exec(line)?.[1];
        if (address) resolve(address);
      });
    });
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

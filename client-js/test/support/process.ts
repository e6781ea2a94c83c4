import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The real server in a process of its own, with a database of its own: for tests, those of other packages too. */
export class ServerProcess {
  /** Where the database is. */
  readonly folder = mkdtempSync(join(tmpdir(), "coscribe-data-"));
  readonly #binary: string;
  readonly #flags: readonly string[];
  /** Free ports are the kernel's to give; after the first start it stays. */
  #address = "127.0.0.1:0";
  #process: ChildProcess | null = null;

  /** The flags may name files in the folder. */
  constructor(binary: string, flags: (folder: string) => readonly string[]) {
    this.#binary = binary;
    this.#flags = flags(this.folder);
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  /** Starts it on its database, on the same address unless another one is given. */
  async up(address = this.#address): Promise<void> {
    const database = `sqlite:${join(this.folder, "data.db")}`;
    const started = spawn(
      this.#binary,
      ["--listen", address, "--database", database, ...this.#flags],
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

  /** Ends the process: at once, as a crash would, unless another signal is given. */
  async down(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill(signal);
    await ended;
  }

  /** Ends it and removes its database. */
  async remove(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

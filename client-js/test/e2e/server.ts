import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { ServerProcess } from "../support/process.ts";

/** The real server, as it was built for the tests. */
export class Server extends ServerProcess {
  /** With a secret, tokens are asked for. */
  static async start(secret: string | null = null): Promise<Server> {
    const server = new Server(inject("binary"), (folder) => [
      ...["--log-level", "ERROR"], // what the tests provoke is nothing to read of
      ...(secret ? ["--jwt-secret-file", written(join(folder, "secret"), secret)] : []),
    ]);
    await server.up();
    return server;
  }
}

function written(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    binary: string;
  }
}

const root = new URL("../../../", import.meta.url).pathname;

/** Builds the server once for all tests; COSCRIBE_SERVER names one that is built already. */
export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), "coscribe-"));
  const binary = process.env.COSCRIBE_SERVER ?? join(directory, "server");
  if (!process.env.COSCRIBE_SERVER) {
    execFileSync("go", ["build", "-o", binary, "./cmd/server"], { cwd: root });
  }
  project.provide("binary", binary);
  return () => rmSync(directory, { recursive: true });
}

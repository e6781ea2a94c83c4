import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The server's binary, built from this checkout. */
    binary: string;
  }
}

/** Builds the server once for all tests. */
export default function build(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "coscribe-e2e-"));
  const binary = join(folder, "coscribe");
  execFileSync("go", ["build", "-o", binary, "./cmd/server"], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "inherit",
  });
  project.provide("binary", binary);
  return () => rmSync(folder, { recursive: true, force: true });
}

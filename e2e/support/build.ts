import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The server's binary, built from this checkout. */
    binary: string;
    /** The folder with the pages of the editors, bundled from this checkout. */
    editors: string;
  }
}

const root = join(import.meta.dirname, "../..");

/** Builds the server and the pages of the editors once for all tests. */
export default function build(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "coscribe-e2e-"));
  const binary = join(folder, "coscribe");
  execFileSync("go", ["build", "-o", binary, "./cmd/server"], {
    cwd: root,
    stdio: "inherit",
  });
  const editors = join(folder, "editors");
  execFileSync("node", ["scripts/editors.mjs", editors], {
    cwd: join(root, "client-js"),
    stdio: "inherit",
  });
  project.provide("binary", binary);
  project.provide("editors", editors);
  return () => rmSync(folder, { recursive: true, force: true });
}

// Bundles the pages of test/editors into a folder: one for each editor, for
// the conformance suite of the bindings. Usage: node scripts/editors.mjs FOLDER
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [folder] = process.argv.slice(2);
const sources = join(import.meta.dirname, "../test/editors");
/** What the pages share. */
const parts = new Set(["adapter.ts", "field.ts", "kept.ts", "page.ts", "timed.ts"]);

const pages = readdirSync(sources).filter((name) => /(?<!\.d)\.ts$/.test(name) && !parts.has(name));
await build({
  entryPoints: Object.fromEntries(
    pages.map((name) => [basename(name, ".ts"), join(sources, name)]),
  ),
  bundle: true,
  format: "esm",
  target: "es2022",
  outdir: folder,
  minify: true, // Monaco is ten megabytes else
  // Fonts of icons, which an editor's style sheet names.
  loader: { ".ttf": "dataurl" },
  logLevel: "warning",
});

// Builds dist/: ES modules for bundlers, browsers and Node, one file for a
// script tag, and the types. Fails where the core has grown past its size.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What the core may weigh, minified and gzipped, in bytes. */
const most = 15 * 1024;

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  outdir: "dist",
  logLevel: "warning",
};
const core = "src/index.ts";

rmSync("dist", { recursive: true, force: true });
await build({
  ...common,
  entryPoints: {
    index: core,
    node: "src/index.node.ts",
    delta: "src/delta/index.ts",
    journal: "src/journal/index.ts",
    codemirror: "src/bindings/codemirror.ts",
    monaco: "src/bindings/monaco.ts",
    prosemirror: "src/bindings/prosemirror.ts",
    quill: "src/bindings/quill.ts",
    react: "src/react.ts",
    textarea: "src/bindings/textarea.ts",
    tiptap: "src/bindings/tiptap.ts",
    rest: "src/rest/index.ts",
  },
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  platform: "neutral",
  packages: "external", // an editor is the application's own
});
await build({
  ...common,
  entryPoints: { "coscribe.global": "src/global.ts" },
  format: "iife",
  globalName: "coscribe",
  minify: true,
});
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });

const { outputFiles } = await build({ ...common, entryPoints: [core], minify: true, write: false });
const size = gzipSync(outputFiles[0].contents).length;
console.log(
  `core: ${outputFiles[0].contents.length} bytes minified, ${size} gzipped (at most ${most})`,
);
if (size > most) process.exitCode = 1;

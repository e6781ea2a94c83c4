// Builds the pages into dist/, which is committed so that the server builds
// with Go alone. With --check it writes nothing and fails where dist/ is not
// what the sources build to.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const pages = ["index.html", "document.html", "404.html"];

const files = await produce();
if (process.argv.includes("--check")) await check(files);
else await write(files);

/** @returns {Promise<Map<string, Buffer>>} every file of dist by its path in it */
async function produce() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      "src/index.ts",
      "src/document.ts",
      "src/base.css",
      "src/document.css",
      "src/icon.svg",
    ],
    outdir: "dist/assets",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    // What the client depends on is found here and not in its own checkout.
    preserveSymlinks: true,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const made = new Map(outputFiles.map((f) => [relative(dist, f.path), Buffer.from(f.contents)]));
  const addresses = entryAddresses(metafile);
  for (const page of pages) {
    const html = await readFile(join(root, "src", page), "utf8");
    made.set(page, Buffer.from(fill(html, addresses, page)));
  }
  // For a script tag on any page: the client as it is, whole.
  made.set("coscribe.js", await readFile(fileURLToPath(import.meta.resolve("coscribe/global"))));
  made.set("licenses.txt", Buffer.from(await licenses(Object.keys(metafile.inputs))));
  return made;
}

/** Maps each entry's name, such as document.css, to its address. */
function entryAddresses(metafile) {
  const addresses = new Map();
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const entry = output.entryPoint ?? Object.keys(output.inputs)[0];
    if (!entry?.startsWith("src/")) continue;
    const name = entry.slice("src/".length).replace(/\.ts$/, ".js");
    if (output.entryPoint || name.endsWith(".svg")) {
      addresses.set(name, path.replace(/^dist/, ""));
    }
  }
  return addresses;
}

function fill(html, addresses, page) {
  return html.replace(/\{\{(.+?)\}\}/g, (_, name) => {
    const address = addresses.get(name);
    if (!address) throw new Error(`${page}: nothing is built from ${name}`);
    return address;
  });
}

/** The licences of the packages whose code is in the bundle, as they ask. */
async function licenses(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
    if (name && name !== "coscribe") packages.add(name);
  }
  const parts = ["This page contains the following packages.\n"];
  for (const name of [...packages].sort()) {
    const folder = join(root, "node_modules", name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((f) => /^licen[cs]e/i.test(f));
    if (!file) throw new Error(`${name} has no licence file`);
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    parts.push(`== ${name} ${version}\n\n${text}\n`);
  }
  return parts.join("\n");
}

async function write(files) {
  await rm(dist, { recursive: true, force: true });
  for (const [path, contents] of files) {
    await mkdir(dirname(join(dist, path)), { recursive: true });
    await writeFile(join(dist, path), contents);
  }
}

async function check(files) {
  const wrong = [];
  for (const [path, contents] of files) {
    const committed = await readFile(join(dist, path)).catch(() => undefined);
    if (!committed?.equals(contents)) wrong.push(path);
  }
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = relative(dist, join(entry.parentPath, entry.name));
    if (entry.isFile() && !files.has(path)) wrong.push(path);
  }
  if (wrong.length === 0) return;
  console.error(`dist/ is not what the sources build to; run npm run build: ${wrong.join(", ")}`);
  process.exitCode = 1;
}

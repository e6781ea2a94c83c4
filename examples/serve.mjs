// Serves the examples on http://127.0.0.1:3000 (or the port in PORT), as an
// application of its own would be: on another origin than the Coscribe server.
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, normalize } from "node:path";

const here = import.meta.dirname;
const client = join(here, "../client-js");
const quill = join(client, "node_modules/quill/dist");
const port = Number(process.env.PORT ?? 3000);
const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

/** The file at an address: no other kinds than pages need, none outside. */
async function fileAt(address) {
  const [path] = address.split("?");
  const inside = normalize(join("/", path.endsWith("/") ? `${path}index.html` : path));
  const type = types[extname(inside)];
  if (!type) throw new Error("no page needs this");
  const [, vendor] = /^\/vendor\/quill\/(.+)/.exec(inside) ?? [];
  const contents = vendor
    ? await readFile(join(quill, vendor))
    : ((await built(inside)) ?? (await readFile(join(here, inside))));
  return { type, contents };
}

const builds = new Map();

/** A file that a bundler makes of the sources of an example: `main.js`, its styles, workers. */
async function built(path) {
  const folder = dirname(path);
  const name = basename(path, extname(path));
  if (!existsSync(join(here, folder, "main.js"))) return undefined;
  if (!builds.has(folder)) builds.set(folder, bundle(join(here, folder)));
  return (await builds.get(folder)).get(name + extname(path));
}

/** Every script of a folder with all that it imports, as an application with a bundler has it. */
async function bundle(folder) {
  const { build } = createRequire(join(client, "package.json"))("esbuild");
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  const { outputFiles } = await build({
    entryPoints: scripts.map((name) => join(folder, name)),
    bundle: true,
    format: "esm",
    outdir: folder,
    jsx: "automatic",
    loader: { ".js": "jsx", ".ttf": "dataurl" },
    minify: true,
    write: false,
    logLevel: "error",
    plugins: [packages],
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

/** The examples have no packages of their own: they find those of the client, and the client itself. */
const packages = {
  name: "packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === packages || !resolveDir.startsWith(here)) return undefined;
      return build.resolve(path, { kind, resolveDir: client, pluginData: packages });
    });
  },
};

async function answer(request, response) {
  try {
    const { type, contents } = await fileAt(request.url);
    response.setHeader("Content-Type", `${type}; charset=utf-8`).end(contents);
  } catch {
    response.writeHead(404).end("not found\n");
  }
}

const server = createServer(answer).listen(port, "127.0.0.1", () => {
  const { port } = server.address();
  for (const name of readdirSync(here)) {
    if (existsSync(join(here, name, "index.html"))) console.log(`http://127.0.0.1:${port}/${name}/`);
  }
});

// Serves the examples on http://127.0.0.1:3000 (or the port in PORT), as an
// application of its own would be: on another origin than the Coscribe server.
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const here = import.meta.dirname;
const quill = join(here, "../client-js/node_modules/quill/dist");
const port = Number(process.env.PORT ?? 3000);
const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

/** The file at an address: no other kinds than pages need, none outside. */
function fileAt(address) {
  const [path] = address.split("?");
  const inside = normalize(join("/", path.endsWith("/") ? `${path}index.html` : path));
  if (!(extname(inside) in types)) return undefined;
  return inside.startsWith("/vendor/quill/") ? join(quill, inside.slice(13)) : join(here, inside);
}

async function answer(request, response) {
  const file = fileAt(request.url);
  try {
    if (!file) throw new Error("no page needs this");
    await access(file);
  } catch {
    response.writeHead(404).end("not found\n");
    return;
  }
  response.setHeader("Content-Type", `${types[extname(file)]}; charset=utf-8`);
  createReadStream(file).pipe(response);
}

createServer(answer).listen(port, "127.0.0.1", () => {
  for (const name of ["quill", "textarea"]) console.log(`http://127.0.0.1:${port}/${name}/`);
});

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { inject } from "vitest";

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" };

/** A page by itself is told the time to some microseconds. */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The application: the pages of the editors, on an origin of their own. It stays when the server goes. */
export class Site {
  readonly #listener: Server;

  private constructor(listener: Server) {
    this.#listener = listener;
  }

  static async start(): Promise<Site> {
    const listener = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://site");
      answer(pathname).then(
        ({ type, body }) =>
          response.writeHead(200, { ...isolated, "Content-Type": type }).end(body),
        () => response.writeHead(404).end(),
      );
    }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new Site(listener);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#listener.close();
    this.#listener.closeAllConnections();
  }
}

/** `/NAME/` is the page of an editor; everything else is a file that was built. */
async function answer(path: string): Promise<{ type: string; body: string | Buffer }> {
  const [, editor] = /^\/([a-z]+)\/$/.exec(path) ?? [];
  if (editor) return { type: "text/html; charset=utf-8", body: page(editor) };
  const name = path.slice(1);
  if (!/^[a-z]+\.(js|css)$/.test(name)) throw new Error(`no page needs ${path}`);
  return {
    type: `${types[extname(name)]}; charset=utf-8`,
    // Not every editor has a style sheet.
    body: await readFile(join(inject("editors"), name)).catch(() => ""),
  };
}

function page(editor: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${editor}</title>
    <link rel="icon" href="data:,"><link rel="stylesheet" href="/${editor}.css">
    <body><div id="editor"></div><script type="module" src="/${editor}.js"></script>`;
}

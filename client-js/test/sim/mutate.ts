import { readFile } from "node:fs/promises";
import { build, type Plugin } from "esbuild";

/** A fault put into the client: the simulated worlds have to notice it. */
export interface Mutant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** What plays one seed, and throws where something is wrong. */
export interface Player {
  play(seed: number): void | Promise<void>;
}

function patch({ file, find, replace }: Mutant): Plugin {
  return {
    name: "mutant",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        const contents = await readFile(path, "utf8");
        if (!path.endsWith(`/${file}`)) return { contents, loader: "ts" };
        if (contents.split(find).length !== 2) throw new Error(`${find} is not in ${file} once`);
        return { contents: contents.replace(find, () => replace), loader: "ts" };
      }),
  };
}

/** The worlds of a file in this folder as one module of their own, with a fault in it. */
export async function load(file: string, mutant?: Mutant): Promise<Player> {
  const { outputFiles } = await build({
    entryPoints: [new URL(file, import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    packages: "external",
    banner: { js: `const here = ${JSON.stringify(import.meta.url)};` },
    define: { "import.meta.url": "here" },
    plugins: mutant ? [patch(mutant)] : [],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`) as Promise<Player>;
}

/** The first seed whose world notices, or `null` where none does. */
export async function killer({ play }: Player, seeds: number): Promise<number | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      await play(seed);
    } catch {
      return seed;
    }
  }
  return null;
}

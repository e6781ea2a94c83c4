import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Delta } from "../../src/delta/index.ts";

export interface Vector {
  readonly id: string;
  readonly type: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly want: unknown;
  readonly tags?: readonly string[];
  readonly nondoc?: boolean;
  readonly avoid?: boolean;
}

const root = new URL("../../../", import.meta.url);
const shared = "../shared/conformance/";

/** The engine's own set, and the whole collection where it lies beside the project. */
const files = [
  "ot/testdata/vectors.jsonl.gz",
  `${shared}rich-text.jsonl.gz`,
  `${shared}peculiarities.jsonl`,
  `${shared}rich-text-past-end.jsonl.gz`,
  `${shared}trace-text.jsonl.gz`,
];

function read(url: URL): string {
  const data = readFileSync(url);
  return (url.pathname.endsWith(".gz") ? gunzipSync(data) : data).toString("utf8");
}

/** The vectors that concern this engine, by file. */
export function vectors(): [file: string, vectors: Vector[]][] {
  return files
    .map((file) => new URL(file, root))
    .filter((url, i) => i === 0 || existsSync(url))
    .map((url) => {
      const lines = read(url).split("\n").filter(Boolean);
      const all = lines.map((line) => JSON.parse(line) as Vector);
      return [basename(url.pathname), all.filter(ours)];
    });
}

function ours({ type, avoid, tags }: Vector): boolean {
  return type !== "json1" && !avoid && !tags?.includes("object-retain");
}

/** A plain text as the content of a document. */
export function asContent(doc: unknown): Delta {
  if (typeof doc !== "string") return doc as Delta;
  return doc === "" ? [] : [{ insert: doc }];
}

/** A recorded editing history. */
export interface Trace {
  readonly startContent: string;
  readonly endContent: string;
  readonly txns: readonly { readonly patches: readonly [number, number, string][] }[];
}

export function trace(): Trace {
  return JSON.parse(read(new URL("ot/testdata/friendsforever_flat.json.gz", root))) as Trace;
}

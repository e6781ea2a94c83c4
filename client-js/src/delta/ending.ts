import { normalize } from "./builder.ts";
import { composeInPieces } from "./pieces.ts";
import { baseLength, type Delta, insert, length, remove, retain } from "./types.ts";

/**
 * An edit of a `rich-text` document that leaves it with a newline at its end.
 * The server would put one there (P8), but only after the edit was taken back,
 * maybe: so the last newline stays, without its formats, where it was to be
 * deleted, and there is another one behind what is put behind it.
 */
export function ending(op: Delta, content: Delta): Delta {
  const touches = baseLength(op) === length(content);
  if (!touches || !endsLine(content) || endsLine(composeInPieces(content, op))) return op;
  const gone = op.at(-1)?.delete;
  if (gone === undefined) return normalize([...op, insert("\n")]);
  const names = Object.keys(content.at(-1)?.attributes ?? {});
  const formats = Object.fromEntries(names.map((name) => [name, null]));
  return normalize([...op.slice(0, -1), remove(gone - 1), retain(1, formats)]);
}

function endsLine(content: Delta): boolean {
  const last = content.at(-1)?.insert;
  return typeof last === "string" && last.endsWith("\n");
}

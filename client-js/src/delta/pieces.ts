import { Builder, normalize } from "./builder.ts";
import { composeInto, mustFit } from "./compose.ts";
import type { Delta } from "./types.ts";

/** How long a piece of text may grow, in units. */
const mostUnits = 8192;
/** So many pieces cost nothing. */
const few = 64;

/** Contents in normal form by their pieces, themselves where they are so already; and back. */
const wholes = new WeakMap<Delta, Delta>();
const pieces = new WeakMap<Delta, Delta>();

/**
 * The content after `op`, in pieces: normal form, but for texts that stand
 * beside each other because they would be longer together than `most` units.
 * So an edit touches the pieces where it is and not the whole text, which an
 * engine of JavaScript would copy each time. What is shorter in all is in
 * normal form.
 */
export function composeInPieces(content: Delta, op: Delta, most = mostUnits): Delta {
  const out = new Builder(most);
  const after = composeInto(content, op, out);
  if (wholes.get(content) === content && !out.isParted) wholes.set(after, after);
  return grown(content, after) ? joined(after) : after;
}

/** The same; fails, with `invalid_op`, where `op` does not fit. */
export function applyInPieces(content: Delta, op: Delta): Delta {
  mustFit(op, content);
  return composeInPieces(content, op);
}

/** Whether there are twice as many pieces as there were when somebody looked last. */
function grown(before: Delta, after: Delta): boolean {
  const isMore = after.length > Math.max(before.length, few);
  return isMore && Math.clz32(after.length) < Math.clz32(before.length);
}

/** Edits in many places leave many pieces, of which most are short without need. */
function joined(content: Delta): Delta {
  const one = normalize(content);
  return one.length * 2 <= content.length ? one : content;
}

/** A content in normal form: the same one for the same pieces. */
export function whole(content: Delta): Delta {
  const known = wholes.get(content);
  if (known) return known;
  const made = normalize(content);
  const isWhole = made.length === content.length;
  wholes.set(content, isWhole ? content : made);
  if (isWhole) return content;
  pieces.set(made, content);
  return made;
}

/** The pieces that {@link whole} made a content of, which are faster to work on. */
export function inPieces(content: Delta): Delta {
  return pieces.get(content) ?? content;
}

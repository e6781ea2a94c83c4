import { whole } from "../delta/pieces.ts";
import type { Code } from "../errors.ts";
import { pending } from "./turn.ts";
import type { Draft, State, Status } from "./types.ts";

/** How it stands with the server. */
export function status(state: State): Status {
  const { blocked, access, link } = state;
  const unsaved = count(state);
  const reason = blocked ?? (access === "read" && unsaved > 0 ? "forbidden" : null);
  if (reason) return { name: "blocked", reason, draft: draft(state, reason) };
  if (link !== "live") return { name: "offline", unsaved };
  if (access === "read") return { name: "readonly", reason: "forbidden" };
  return unsaved > 0 ? { name: "saving", unsaved } : { name: "saved" };
}

/** Whether both say the same. */
export function sameStatus(a: Status, b: Status): boolean {
  const content = (status: Status) => status.name === "blocked" && status.draft?.content;
  return statusText(a) === statusText(b) && content(a) === content(b);
}

/** A status in a word, with what belongs to it: `saving (2)`, `blocked: not_found`. */
export function statusText(status: Status): string {
  switch (status.name) {
    case "saving":
      return `saving (${status.unsaved})`;
    case "offline":
      return status.unsaved > 0 ? `offline (${status.unsaved})` : "offline";
    case "readonly":
    case "blocked":
      return `${status.name}: ${status.reason}`;
    default:
      return status.name;
  }
}

/** How many edits were not committed yet. An edit that is sent in parts counts until its last one. */
function count({ inFlight, buffer, edits }: State): number {
  const sent = inFlight ? Math.max(inFlight.edits, 1) : 0;
  return sent + (buffer.length > 0 ? edits : 0);
}

/** What was not saved; `null` where there is nothing. */
function draft(state: State, code: Code): Draft | null {
  const ops = pending(state);
  if (ops.length === 0) return null;
  const { doc, type, place, base, content } = state;
  return { code, doc, type, place, base: whole(base), ops, content: whole(content) };
}

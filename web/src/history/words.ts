/** Moments and people of the past in words. */
import type { Run } from "coscribe/rest";
import type { Committed } from "./past.ts";
import type { People } from "./people.ts";

const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

/** A moment to the second, such as "1 Mar 2026, 09:30:00". */
export function time(at: string): string {
  return whole.format(new Date(at));
}

/** From when to when, such as "1 Mar 2026, 09:30–09:41". */
export function span({ started, ended }: Run): string {
  const [from, to] = [new Date(started), new Date(ended)];
  const [first, last] = [clock.format(from), clock.format(to)];
  if (day.format(from) !== day.format(to)) return `${day.format(from)}, ${first} – ${time(ended)}`;
  return `${day.format(from)}, ${first === last ? first : `${first}–${last}`}`;
}

/** When it was committed and who did. */
export function moment({ at, user }: Committed, people: People): string {
  return user === undefined ? `${time(at)}, created` : `${time(at)}, ${people.look(user).name}`;
}

/** The people of a run, such as "Ann, Bob". */
export function names({ users }: Run, people: People): string {
  return users.map((user) => people.look(user).name).join(", ");
}

/** What a run did to the text, such as "+120 −3". */
export function growth({ added, removed }: Run): string {
  const parts = [added > 0 && `+${count(added)}`, removed > 0 && `−${count(removed)}`];
  return parts.filter(Boolean).join(" ") || "looks only";
}

/** The same for a voice. */
export function spokenGrowth({ added, removed }: Run): string {
  return `${count(added)} characters added, ${count(removed)} removed`;
}

export function count(n: number): string {
  return n.toLocaleString("en");
}

/** What the slider runs along: who wrote when, and which moments have a name. */
import type { Run, Version } from "coscribe/rest";
import { byId, element } from "../dom.ts";
import type { People } from "./people.ts";

/** The most stretches that are drawn: more could not be told apart. */
const most = 400;

/** Colours the stretches of the runs as who wrote most of each: who came first. */
export function showRibbon(runs: readonly Run[], head: number, people: People): void {
  const stops: string[] = [];
  let end = 0;
  for (const run of thinned(runs, head / most)) {
    const color = people.look(run.users[0] ?? "").color;
    const [from, to] = [end, (run.to / head) * 100];
    const start = stops.length === 0 ? (run.from / head) * 100 : from;
    if (stops.length === 0) stops.push(`transparent 0% ${start}%`);
    stops.push(`color-mix(in oklab, white var(--lift), ${color}) ${start}% ${to}%`);
    end = to;
  }
  stops.push(`transparent ${end}% 100%`);
  byId("div", "history-ribbon").style.backgroundImage =
    `linear-gradient(to right, ${stops.join()})`;
}

/** Joins runs until each is at least so many changes long. */
function thinned(runs: readonly Run[], least: number): Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    const last = kept.at(-1);
    if (last && last.to - last.from < least) kept[kept.length - 1] = { ...last, to: run.to };
    else kept.push(run);
  }
  return kept;
}

/** Puts a pin where a moment has a name. */
export function showPins(versions: readonly Version[], head: number): void {
  const pins = versions.slice(-most).map(({ rev, name }) => {
    const pin = element("span", { className: "pin", title: name });
    pin.style.insetInlineStart = `${head > 0 ? (rev / head) * 100 : 0}%`;
    return pin;
  });
  byId("div", "history-names").replaceChildren(...pins);
}

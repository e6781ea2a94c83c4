/** The lists beside the old text: runs of editing, and versions that have a name. */
import type { Run, Version } from "coscribe/rest";
import { byId, element } from "../dom.ts";
import type { People } from "./people.ts";
import { count, growth, names, span, spokenGrowth, time } from "./words.ts";

/** The runs, the newest first. */
export function showRuns(runs: readonly Run[], people: People, choose: (run: Run) => void): void {
  const items = [...runs].reverse().map((run) => {
    const button = element(
      "button",
      { type: "button", className: "entry" },
      element("span", { className: "line" }, span(run)),
      element("span", { className: "line faint" }, ...dots(run, people), names(run, people)),
      growthOf(run),
    );
    button.addEventListener("click", () => choose(run));
    button.dataset.to = String(run.to);
    return element("li", {}, button);
  });
  byId("ol", "history-runs").replaceChildren(...items);
}

/** Marks the run of the moment that is on show. */
export function markRun(run: Run | undefined): void {
  for (const button of byId("ol", "history-runs").querySelectorAll("button")) {
    button.ariaCurrent = button.dataset.to === String(run?.to) ? "true" : null;
  }
}

function growthOf(run: Run): HTMLElement {
  const shown = element("span", { className: "growth", ariaHidden: "true" }, growth(run));
  const spoken = element("span", { className: "hidden-text" }, spokenGrowth(run));
  return element("span", {}, shown, spoken);
}

function dots({ users }: Run, people: People): HTMLElement[] {
  return users.map((user) => {
    const dot = element("span", { className: "dot" });
    dot.style.setProperty("--color", people.look(user).color);
    return dot;
  });
}

/** What can be done with a version in the list. */
export interface VersionActions {
  readonly choose: (version: Version) => void;
  /** Takes its name away; `undefined` for those who may not. */
  readonly remove: ((version: Version) => void) | undefined;
}

/** The named versions, the newest moment first. */
export function showVersions(
  versions: readonly Version[],
  people: People,
  { choose, remove }: VersionActions,
): void {
  const sorted = [...versions].sort((a, b) => b.rev - a.rev);
  const items = sorted.map((version) => {
    const what = `revision ${count(version.rev)}, named by ${people.look(version.user).name}`;
    const button = element(
      "button",
      { type: "button", className: "entry", title: `Named ${time(version.at)}` },
      element("strong", { className: "line" }, version.name),
      element("span", { className: "line faint" }, what),
    );
    button.addEventListener("click", () => choose(version));
    const item = element("li", {}, button);
    if (remove) item.append(removal(version, remove));
    return item;
  });
  byId("ul", "history-versions").replaceChildren(...items);
  byId("p", "history-unnamed").hidden = items.length > 0;
}

function removal(version: Version, remove: (version: Version) => void): HTMLButtonElement {
  const label = `Remove the name ${version.name}`;
  const button = element("button", { type: "button", className: "remove", title: label }, "×");
  button.ariaLabel = label;
  button.addEventListener("click", () => remove(version));
  return button;
}

/** Who wrote how much of the text on show; a press goes to the next passage of theirs. */
import type { Credit } from "coscribe/rest";
import { byId, element } from "../dom.ts";
import type { Paper } from "./paper.ts";
import type { People } from "./people.ts";

/** How much of a passage is read out, in UTF-16 code units. */
const quoted = 120;

const list = byId("ul", "history-legend");
const told = byId("p", "history-told");

export function hideLegend(): void {
  list.hidden = true;
  told.textContent = "";
}

export function showLegend(credits: readonly Credit[], people: People, paper: Paper): void {
  const shares = new Map<string, number>();
  for (const { user, length } of credits) shares.set(user, (shares.get(user) ?? 0) + length);
  const total = [...shares.values()].reduce((sum, n) => sum + n, 0);
  const sorted = [...shares].sort(([, a], [, b]) => b - a);
  const items = sorted.map(([user, length]) => {
    const { name, color } = people.look(user);
    const share = `${Math.max(1, Math.round((length / total) * 100))} %`;
    const dot = element("span", { className: "dot" });
    dot.style.setProperty("--color", color);
    const button = element("button", { type: "button" }, dot, name, " ", share);
    let next = 0;
    button.addEventListener("click", () => {
      next = goTo(passages(paper, user), next, name);
    });
    return element("li", {}, button);
  });
  list.replaceChildren(...items);
  list.hidden = false;
}

function passages(paper: Paper, user: string): HTMLElement[] {
  const marked = paper.root.querySelectorAll<HTMLElement>("[data-author]");
  return [...marked].filter(({ dataset }) => dataset.author === user);
}

/** Shows a passage and returns which one is next. */
function goTo(all: readonly HTMLElement[], wanted: number, name: string): number {
  const at = wanted < all.length ? wanted : 0;
  const passage = all[at];
  if (!passage) return 0;
  for (const each of document.querySelectorAll(".found")) each.classList.remove("found");
  passage.classList.add("found");
  passage.scrollIntoView({ block: "center" });
  const text = passage.textContent.slice(0, quoted);
  told.textContent = `${name}, passage ${at + 1} of ${all.length}: ${text}`;
  return at + 1;
}

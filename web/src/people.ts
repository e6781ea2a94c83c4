import { appearance, type Peers } from "coscribe";
import { element } from "./dom.ts";

/** How many are shown one by one. */
const shown = 6;

/** Shows who else is here. */
export function showPeople(list: HTMLUListElement, peers: Peers): void {
  const people = Object.entries(peers);
  const items = people.slice(0, shown).map(([client, peer]) => {
    const { name, color } = appearance(client, peer);
    const avatar = element("span", { className: "avatar", ariaHidden: "true" }, initials(name));
    avatar.style.backgroundColor = color;
    return element("li", { title: name }, avatar, element("span", { className: "who" }, name));
  });
  const rest = people.length - items.length;
  if (rest > 0) items.push(element("li", { className: "rest" }, `and ${rest} more`));
  list.replaceChildren(...items);
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}

import type { Peer, Peers } from "coscribe";
import { element } from "./dom.ts";

/** How many are shown one by one. */
const shown = 6;

/** Shows who else is here. */
export function showPeople(list: HTMLUListElement, peers: Peers): void {
  const people = Object.values(peers);
  const items = people.slice(0, shown).map((peer) => {
    const name = nameOf(peer);
    const avatar = element("span", { className: "avatar", ariaHidden: "true" }, initials(name));
    if (typeof peer.state.color === "string") {
      avatar.style.setProperty("--color", peer.state.color);
    }
    return element("li", { title: name }, avatar, element("span", { className: "who" }, name));
  });
  const rest = people.length - items.length;
  if (rest > 0) items.push(element("li", { className: "rest" }, `and ${rest} more`));
  list.replaceChildren(...items);
}

/** What a person calls themselves, else what the server calls them. */
function nameOf({ state, user }: Peer): string {
  return typeof state.name === "string" ? state.name : (user.name ?? user.id);
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}

import { element } from "./dom.ts";

/** Someone else who is in the document. */
export interface Person {
  readonly name: string;
  readonly color: string;
}

/** How many are shown one by one. */
const shown = 6;

/** Shows who else is here. */
export function showPeople(list: HTMLUListElement, people: readonly Person[]): void {
  const items = people.slice(0, shown).map((person) => {
    const avatar = element("span", { className: "avatar", ariaHidden: "true" }, initials(person));
    avatar.style.setProperty("--color", person.color);
    const name = element("span", { className: "who" }, person.name);
    return element("li", { title: person.name }, avatar, name);
  });
  const rest = people.length - items.length;
  if (rest > 0) items.push(element("li", { className: "rest" }, `and ${rest} more`));
  list.replaceChildren(...items);
}

function initials({ name }: Person): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}

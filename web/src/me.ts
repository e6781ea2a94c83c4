/** Who the person at this tab is to the others: a name to choose, and a colour. */

const key = "coscribe.name";
const colourKey = "coscribe.colour";

/** Dark enough for white letters on them (contrast 4.5 or more). */
const colours = [
  "#c2410c",
  "#0f766e",
  "#7c3aed",
  "#be185d",
  "#1d4ed8",
  "#15803d",
  "#a16207",
  "#b91c1c",
] as const;
const manners = ["Quiet", "Brisk", "Kind", "Merry", "Patient", "Bold", "Gentle", "Witty"] as const;
const animals = ["Heron", "Otter", "Lynx", "Wren", "Badger", "Hare", "Finch", "Marten"] as const;

/** The longest name that is taken, in UTF-16 code units. */
export const maxName = 40;

/** What this person's caret is labelled with. */
export interface Me {
  readonly name: string;
  readonly color: string;
}

/** The name of this browser's person and the colour of this tab, made up at the first call. */
export function me(): Me {
  const name = localStorage.getItem(key) ?? rename(`${pick(manners)} ${pick(animals)}`);
  let color = sessionStorage.getItem(colourKey);
  if (color === null) {
    color = pick(colours);
    sessionStorage.setItem(colourKey, color);
  }
  return { name, color };
}

/** Takes a new name, for all documents of this browser, and returns it as it was taken. */
export function rename(name: string): string {
  const taken = name.trim().slice(0, maxName) || "Anonymous";
  localStorage.setItem(key, taken);
  return taken;
}

function pick<T>(from: readonly [T, ...T[]]): T {
  return from[Math.floor(Math.random() * from.length)] ?? from[0];
}

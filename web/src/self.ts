import type { Document } from "coscribe";
import { byId } from "./dom.ts";
import { type Me, rename } from "./me.ts";

/** Shows the person's own name in the bar, and tells the others when it is changed. */
export function showSelf(doc: Document, { name, color }: Me): void {
  const field = byId("input", "my-name");
  field.value = name;
  byId("span", "my-dot").style.setProperty("--color", color);
  field.addEventListener("change", () => {
    field.value = rename(field.value);
    doc.setPresence({ name: field.value, color });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") field.blur();
  });
}

import { field } from "./field.ts";
import { play } from "./page.ts";

function make(): HTMLTextAreaElement {
  const textarea = document.createElement("textarea");
  textarea.rows = 12;
  return textarea;
}

play({ type: "text", mount: field(make) });

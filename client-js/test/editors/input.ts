import { field } from "./field.ts";
import { play } from "./page.ts";

play({ type: "text", mount: field(() => document.createElement("input")) });

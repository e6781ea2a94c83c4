import type { Status } from "coscribe";
import { byId } from "./dom.ts";

/** How the document stands with the server, as the client tells it, or that it is being opened. */
export type Standing = Status["name"] | "opening";

const words: Readonly<Record<Standing, string>> = {
  opening: "Opening…",
  saved: "Saved",
  saving: "Saving…",
  offline: "Offline",
  readonly: "Read only",
  blocked: "Blocked",
};

/** What is read out: not saving, which comes with every keystroke, and not what has a notice. */
const spoken: Readonly<Partial<Record<Standing, string>>> = {
  saved: "Saved.",
  offline: "No connection. What you write is kept in this browser and sent when it is back.",
  readonly: "You can read this document, not change it.",
};

/** How long a state must last before it is read out, in milliseconds. */
const settled = 1000;

/**
 * Returns what shows a state in the badge and, once it lasts, tells it to
 * screen readers; being offline is explained for everyone to see.
 */
export function statusBadge(): (standing: Standing) => void {
  const badge = byId("p", "badge");
  const announcer = byId("p", "announcer");
  let told: Standing = "opening";
  let timer: ReturnType<typeof setTimeout> | undefined;

  return (standing) => {
    badge.hidden = false;
    badge.dataset.status = standing;
    badge.textContent = words[standing];
    if (standing !== "offline") announcer.classList.add("hidden-text");
    clearTimeout(timer);
    timer = setTimeout(() => {
      announcer.classList.toggle("hidden-text", standing !== "offline");
      const text = spoken[standing];
      if (standing === told || !text) return;
      told = standing;
      announcer.textContent = text;
    }, settled);
  };
}

import { type Appearance, appearance } from "../appearance.ts";
import type { Document } from "../document.ts";
import type { Cursor } from "../wire.ts";

/** One of the others, as it is to be drawn. */
export interface Caret extends Appearance {
  readonly client: string;
  readonly cursor: Cursor;
}

/** The others who have a cursor. */
export function carets({ peers }: Document): Caret[] {
  return Object.entries(peers).flatMap(([client, peer]) =>
    peer.cursor ? [{ client, ...appearance(client, peer), cursor: peer.cursor }] : [],
  );
}

type Style = Partial<Record<string, string>>;

export function element(parent: Node, className: string, style: Style, text = ""): HTMLElement {
  const made = (parent.ownerDocument as globalThis.Document).createElement("span");
  made.className = className;
  Object.assign(made.style, style);
  made.textContent = text;
  parent.appendChild(made);
  return made;
}

/** How high a flag is, in pixels. */
const height = 14;

/** The flag with the name on top of a caret, or under it where `room` pixels are too few. */
export function flag(
  caret: HTMLElement,
  { name, color }: Caret,
  room = Number.POSITIVE_INFINITY,
): void {
  element(
    caret,
    "coscribe-name",
    {
      position: "absolute",
      [room < height ? "top" : "bottom"]: "100%",
      left: "-2px",
      padding: "0 3px",
      borderRadius: "2px",
      font: `11px/${height}px sans-serif`,
      whiteSpace: "nowrap",
      color: "white",
      backgroundColor: color, // of a stranger's choice: it must not be able to name a picture
      opacity: "0.85",
    },
    name,
  );
}

/** Draws again, once a frame at most, whenever the others or the content have changed. */
export function redrawing(document: Document, draw: () => void): () => void {
  const later = globalThis.requestAnimationFrame ?? ((f: () => void) => setTimeout(f, 16));
  let wanted = false;
  let over = false;
  const soon = (): void => {
    if (wanted) return;
    wanted = true;
    later(() => {
      wanted = false;
      if (!over) draw();
    });
  };
  const offs = [document.on("peers", soon), document.on("change", soon)];
  globalThis.addEventListener?.("resize", soon);
  soon();
  return () => {
    over = true;
    globalThis.removeEventListener?.("resize", soon);
    for (const off of offs) off();
  };
}

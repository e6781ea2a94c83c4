import type { Document } from "../document.ts";
import { type Caret, element, flag, redrawing } from "./carets.ts";
import type { Link } from "./link.ts";

/** A text field: of several lines, or of one. */
export type Field = HTMLTextAreaElement | HTMLInputElement;

/** What decides where a letter of a text field is. */
const layout = [
  "boxSizing",
  "borderTopWidth",
  "borderRightWidth",
  "borderBottomWidth",
  "borderLeftWidth",
  "paddingTop",
  "paddingRight",
  "paddingBottom",
  "paddingLeft",
  "font",
  "letterSpacing",
  "lineHeight",
  "textAlign",
  "textIndent",
  "textTransform",
  "wordSpacing",
  "tabSize",
  "direction",
] as const;

/**
 * Draws the others' carets over a text field, which cannot tell where a letter
 * is: by an invisible copy of its text in the same place and layout, as far as
 * the line of the last caret, on a sheet that moves as the field is scrolled.
 */
export function drawMirror(document: Document, field: Field, link: Link): () => void {
  const mirror = field.ownerDocument.createElement("div");
  mirror.className = "coscribe-carets";
  mirror.setAttribute("aria-hidden", "true");
  const sheet = field.ownerDocument.createElement("div");
  mirror.append(sheet);
  field.after(mirror);
  const draw = (): void => {
    sheet.replaceChildren();
    const all = link.carets();
    if (all.length === 0) return;
    lay(mirror, sheet, field);
    write(sheet, field.value, all);
    scroll();
  };
  const scroll = (): void => {
    sheet.style.transform = `translate(${-field.scrollLeft}px, ${-field.scrollTop}px)`;
  };
  field.addEventListener("scroll", scroll);
  const stop = redrawing(document, draw);
  return () => {
    stop();
    field.removeEventListener("scroll", scroll);
    mirror.remove();
  };
}

function lay(mirror: HTMLElement, sheet: HTMLElement, field: Field): void {
  const style = getComputedStyle(field);
  for (const name of layout) mirror.style[name] = style[name];
  const pixels = (name: "Top" | "Right" | "Bottom" | "Left"): number =>
    Number.parseFloat(style[`padding${name}`]) || 0;
  Object.assign(mirror.style, {
    position: "absolute",
    left: `${field.offsetLeft}px`,
    top: `${field.offsetTop}px`,
    width: `${field.offsetWidth}px`,
    height: `${field.offsetHeight}px`,
    boxSizing: "border-box",
    borderStyle: "solid",
    borderColor: "transparent",
    overflow: "hidden",
    whiteSpace: "pre-wrap",
    overflowWrap: "break-word",
    color: "transparent",
    background: "none",
    pointerEvents: "none",
  });
  // A scroll bar takes of the width in which lines wrap.
  const width = field.clientWidth - pixels("Left") - pixels("Right");
  Object.assign(sheet.style, { position: "relative", width: `${width}px` });
  if (field.localName !== "input") return;
  // An input does not wrap its line, and has it in the middle of its height.
  const height = field.clientHeight - pixels("Top") - pixels("Bottom");
  Object.assign(mirror.style, { whiteSpace: "pre", lineHeight: `${height}px` });
}

/** Writes the text, cut where a selection begins or ends and where a caret stands. */
function write(sheet: HTMLElement, text: string, all: readonly Caret[]): void {
  const places = all.flatMap(({ cursor }) => cursor).filter((at) => at <= text.length);
  const newline = text.indexOf("\n", Math.max(0, ...places));
  const cuts = [...new Set([0, ...places, newline < 0 ? text.length : newline])];
  cuts.sort((a, b) => a - b);
  const marks = cuts.flatMap((at, i) => {
    const here = all.filter(({ cursor }) => cursor[1] === at);
    const drawn = here.map((caret) => [drawCaret(sheet, caret), caret] as const);
    const end = cuts[i + 1] ?? at;
    const covered = all.find(({ cursor: [a, b] }) => Math.min(a, b) <= at && end <= Math.max(a, b));
    const backgroundColor = covered
      ? `color-mix(in srgb, ${covered.color} 25%, transparent)`
      : "transparent";
    element(sheet, "coscribe-text", { backgroundColor }, text.slice(at, end));
    return drawn;
  });
  // All is laid out once, and only then written on.
  const rooms = marks.map(([mark]) => mark.offsetTop);
  marks.forEach(([mark, caret], i) => {
    flag(mark, caret, rooms[i]);
  });
}

function drawCaret(sheet: HTMLElement, caret: Caret): HTMLElement {
  return element(sheet, "coscribe-caret", {
    position: "relative",
    borderLeft: `2px solid ${caret.color}`,
    marginRight: "-2px",
  });
}

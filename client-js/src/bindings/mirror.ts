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
 * is: by an invisible copy of its text in the same place and layout.
 */
export function drawMirror(document: Document, field: Field, link: Link): () => void {
  const mirror = field.ownerDocument.createElement("div");
  mirror.className = "coscribe-carets";
  mirror.setAttribute("aria-hidden", "true");
  field.after(mirror);
  const draw = (): void => {
    mirror.replaceChildren();
    const all = link.carets();
    if (all.length === 0) return; // to lay a long text out takes its time
    lay(mirror, field);
    write(mirror, field.value, all);
    scroll();
  };
  const scroll = (): void => {
    const { scrollTop, scrollLeft } = field;
    Object.assign(mirror, { scrollTop, scrollLeft });
  };
  field.addEventListener("scroll", scroll);
  const stop = redrawing(document, draw);
  return () => {
    stop();
    field.removeEventListener("scroll", scroll);
    mirror.remove();
  };
}

function lay(mirror: HTMLElement, field: Field): void {
  const style = getComputedStyle(field);
  for (const name of layout) mirror.style[name] = style[name];
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
  if (field.localName === "input") oneLine(mirror, field);
}

/** An input does not wrap its line, and has it in the middle of its height. */
function oneLine(mirror: HTMLElement, field: Field): void {
  const { paddingTop, paddingBottom } = mirror.style;
  const height =
    field.clientHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
  Object.assign(mirror.style, { whiteSpace: "pre", lineHeight: `${height}px` });
}

/** Writes the text, cut where a selection begins or ends and where a caret stands. */
function write(mirror: HTMLElement, text: string, all: readonly Caret[]): void {
  const places = new Set([0, text.length, ...all.flatMap(({ cursor }) => cursor)]);
  const cuts = [...places].filter((at) => at <= text.length).sort((a, b) => a - b);
  cuts.forEach((at, i) => {
    for (const caret of all) if (caret.cursor[1] === at) drawCaret(mirror, caret);
    const end = cuts[i + 1] ?? at;
    const covered = all.find(({ cursor: [a, b] }) => Math.min(a, b) <= at && end <= Math.max(a, b));
    const backgroundColor = covered
      ? `color-mix(in srgb, ${covered.color} 25%, transparent)`
      : "transparent";
    element(mirror, "coscribe-text", { backgroundColor }, text.slice(at, end));
  });
}

function drawCaret(mirror: HTMLElement, caret: Caret): void {
  const mark = element(mirror, "coscribe-caret", {
    position: "relative",
    borderLeft: `2px solid ${caret.color}`,
    marginRight: "-2px",
  });
  flag(mark, caret, mark.offsetTop);
}

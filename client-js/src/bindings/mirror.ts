import type { Document } from "../document.ts";
import { type Caret, element, flag, redrawing } from "./carets.ts";
import type { Link } from "./link.ts";

/** What decides where a letter of a textarea is. */
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
 * Draws the others' carets over a textarea, which cannot tell where a letter
 * is: by an invisible copy of its text in the same place and layout.
 */
export function drawMirror(
  document: Document,
  textarea: HTMLTextAreaElement,
  link: Link,
): () => void {
  const mirror = textarea.ownerDocument.createElement("div");
  mirror.className = "coscribe-carets";
  mirror.setAttribute("aria-hidden", "true");
  textarea.after(mirror);
  const draw = (): void => {
    lay(mirror, textarea);
    mirror.replaceChildren();
    write(mirror, textarea.value, link.carets());
    mirror.scrollTop = textarea.scrollTop;
  };
  const scroll = (): void => {
    mirror.scrollTop = textarea.scrollTop;
  };
  textarea.addEventListener("scroll", scroll);
  const stop = redrawing(document, draw);
  return () => {
    stop();
    textarea.removeEventListener("scroll", scroll);
    mirror.remove();
  };
}

function lay(mirror: HTMLElement, textarea: HTMLTextAreaElement): void {
  const style = getComputedStyle(textarea);
  for (const name of layout) mirror.style[name] = style[name];
  Object.assign(mirror.style, {
    position: "absolute",
    left: `${textarea.offsetLeft}px`,
    top: `${textarea.offsetTop}px`,
    width: `${textarea.offsetWidth}px`,
    height: `${textarea.offsetHeight}px`,
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
  flag(mark, caret);
}

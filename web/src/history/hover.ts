/** Says of the text under the pointer who wrote it. */
import { byId } from "../dom.ts";
import type { Paper } from "./paper.ts";

/** What is said of a place in the shown text, in UTF-16 code units; nothing where nothing is known. */
type Explain = (place: number) => Promise<string | undefined>;

/** How long the pointer must rest, in milliseconds: to ask at every step would be too much. */
const rest = 100;
/** How far from the pointer it is said, in pixels. */
const distance = 14;

export function explainOnHover(paper: Paper, explain: Explain): void {
  const box = byId("div", "history-credit");
  let asked = 0;
  const hide = () => {
    asked++;
    box.hidden = true;
  };
  const ask = async (x: number, y: number) => {
    const question = ++asked;
    const place = paper.placeAt(x, y);
    const text = place === undefined ? undefined : await explain(place);
    if (question !== asked) return;
    box.hidden = text === undefined;
    box.textContent = text ?? "";
    put(box, x, y);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  paper.root.addEventListener("pointermove", ({ clientX, clientY }) => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(clientX, clientY), rest);
  });
  paper.root.addEventListener("click", ({ clientX, clientY }) => void ask(clientX, clientY));
  paper.root.addEventListener("pointerleave", ({ pointerType }) => {
    // A finger leaves when it is lifted: what it asked for stays.
    clearTimeout(timer);
    if (pointerType === "mouse") hide();
  });
  addEventListener("scroll", hide, { passive: true });
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
}

/** Below and right of a point, as far as the window reaches. */
function put(box: HTMLElement, x: number, y: number): void {
  const { width, height } = box.getBoundingClientRect();
  const below = y + distance + height < innerHeight ? y + distance : y - distance - height;
  box.style.left = `${Math.max(8, Math.min(x + distance, innerWidth - width - 8))}px`;
  box.style.top = `${below}px`;
}

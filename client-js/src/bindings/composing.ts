import type { Link } from "./link.ts";

/**
 * Holds back what others do while an input method is open in an editor that
 * takes what was composed in a microtask after the end of the composition.
 */
export function composing(root: HTMLElement, link: Link): () => void {
  const begin = (): void => link.hold();
  const end = (): void => queueMicrotask(() => queueMicrotask(() => link.release()));
  root.addEventListener("compositionstart", begin);
  root.addEventListener("compositionend", end);
  return () => {
    root.removeEventListener("compositionstart", begin);
    root.removeEventListener("compositionend", end);
  };
}

/** How keyboards name their keys. */

const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);

/** A hint such as "Undo (Ctrl+Z)" as this machine's keyboard says it. */
export function hint(text: string): string {
  return isMac ? text.replace("Ctrl+Y", "⇧⌘Z").replace("Ctrl+", "⌘") : text;
}

import { byId } from "../dom.ts";

/** Asks whether the text of a moment is to be restored, and says what that does. */
export function confirmRestore(when: string): Promise<boolean> {
  const dialog = byId("dialog", "restore");
  byId("strong", "restore-when").textContent = when;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () => resolve(dialog.returnValue === "restore");
    dialog.addEventListener("close", closed, { once: true });
  });
}

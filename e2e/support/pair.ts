import type { Op } from "./server.ts";
import type { Stage } from "./setup.ts";
import { Tab } from "./tab.ts";

/** Two windows on a new document. */
export async function pair(
  on: Stage,
  id: string,
  content: readonly Op[] = [{ insert: "\n" }],
): Promise<[Tab, Tab]> {
  await on.server.create(id, content);
  const open = async () => {
    const tab = await Tab.open(on.browser, on.server, `/d/${id}`);
    await tab.ready();
    return tab;
  };
  return [await open(), await open()];
}

/** Gives the person at a window this name. */
export async function rename(tab: Tab, name: string): Promise<void> {
  await tab.page.getByLabel("Your name").fill(name);
  await tab.page.getByLabel("Your name").press("Enter");
}

import { expect } from "vitest";
import { type Line, linesOf, linesOn } from "./lines.ts";
import type { Server } from "./server.ts";
import type { Tab } from "./tab.ts";

/** Waits until all windows show the document as the server has it, and returns its lines. */
export async function agreement(server: Server, id: string, ...tabs: Tab[]): Promise<Line[]> {
  for (const tab of tabs) await tab.standing("Saved");
  await expect
    .poll(async () => {
      const lines = JSON.stringify(linesOf(await server.content(id)));
      const shown = await Promise.all(tabs.map(({ page }) => linesOn(page)));
      return shown.map((each) => JSON.stringify(each)).filter((each) => each !== lines);
    })
    .toEqual([]);
  return linesOf(await server.content(id));
}

/** The text of lines, one string each. */
export function texts(lines: readonly Line[]): string[] {
  return lines.map(({ runs }) => runs.map(([text]) => text).join(""));
}

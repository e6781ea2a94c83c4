/** Makes web/screenshot.png: two people in one document, each in a window of their own. */
import { join } from "node:path";
import { test } from "vitest";
import { agreement } from "./support/agree.ts";
import { rename } from "./support/pair.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();
const window = { width: 590, height: 460 };
const path = join(import.meta.dirname, "../web/screenshot.png");

test("two people write a plan", async () => {
  await on.server.create("launch-plan", [
    { insert: "Launch plan" },
    { insert: "\n", attributes: { header: 1 } },
    { insert: "We go live on " },
    { insert: "the first of May", attributes: { bold: true } },
    { insert: ". Everybody reads this page once more before.\nStill open" },
    { insert: "\n", attributes: { header: 2 } },
    { insert: "Prices" },
    { insert: "\n", attributes: { list: "bullet" } },
    { insert: "Numbers from the trial" },
    { insert: "\n", attributes: { list: "bullet" } },
  ]);
  const open = async (name: string, colour: string) => {
    const tab = await Tab.open(on.browser, on.server, "/", { viewport: window });
    await tab.page.evaluate((colour) => sessionStorage.setItem("coscribe.colour", colour), colour);
    await tab.page.goto("/d/launch-plan");
    await tab.ready();
    await rename(tab, name);
    return tab;
  };
  const ada = await open("Ada", "#0f766e");
  const grace = await open("Grace", "#c2410c");
  await grace.typeAtEnd(", as soon as Ada has them");
  await ada.editor.focus();
  await ada.page.keyboard.press("Control+Home");
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.press("Home");
  for (let i = 0; i < 4; i++) await ada.page.keyboard.press("Control+ArrowRight");
  await ada.page.keyboard.press("ArrowRight");
  for (let i = 0; i < 4; i++) await ada.page.keyboard.press("Control+Shift+ArrowRight");
  await grace.page.locator(".coscribe-selection").waitFor();
  await ada.page.locator(".coscribe-name", { hasText: "Grace" }).waitFor();
  await agreement(on.server, "launch-plan", ada, grace);

  const shots = await Promise.all(
    [ada, grace].map(({ page }) => page.screenshot({ caret: "initial" })),
  );
  await together(shots);
  await ada.close();
  await grace.close();
});

/** Puts the windows side by side into one file. */
async function together(shots: readonly Buffer[]): Promise<void> {
  const width = 2 * window.width + 72;
  const page = await on.browser.newPage({ viewport: { width, height: window.height + 48 } });
  const images = shots.map(
    (shot) => `<img src="data:image/png;base64,${shot.toString("base64")}">`,
  );
  await page.setContent(`<style>
    body { margin: 0; padding: 24px; display: flex; gap: 24px; background: #d9d5ca }
    img { display: block; border-radius: 12px }
  </style>${images.join("")}`);
  await page.screenshot({ path });
  await page.close();
}

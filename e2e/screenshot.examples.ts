/** Makes examples/NAME/screenshot.png: two people in one document, as one of them sees it. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { editorOn, examples, fair, folder, shown, visit } from "./support/examples.ts";

const on = fair();

test.each(examples)("two people in the example %s", async (name) => {
  const [ada, grace] = [await visit(on, name), await visit(on, name)];
  await editorOn(ada).click();
  await ada.keyboard.type("Launch plan\nWe go live on the first of May.");
  await ada.keyboard.press("Enter");
  await ada.keyboard.type("Prices are still open.");
  await expect.poll(() => grace.evaluate(shown)).toContain("still open.");
  await editorOn(grace).click();
  await grace.keyboard.press("Control+End");
  for (let n = 0; n < 3; n++) await grace.keyboard.press("Control+Shift+ArrowLeft");
  await ada.keyboard.press("Control+Home");
  await ada.keyboard.press("End");
  await ada.locator(".coscribe-name").waitFor();
  await grace.locator(".coscribe-name").waitFor();
  await ada.screenshot({ path: join(folder, name, "screenshot.png"), caret: "initial" });
  await ada.context().close();
  await grace.context().close();
});

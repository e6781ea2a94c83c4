import { expect, test } from "vitest";
import { Rest, type RestError } from "../client-js/src/rest/index.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage("--retain", "1s");
/** Only what is so many changes behind the head is squashed. */
const window = 1000;

test("a moment that is not kept by itself gives way to the end of its run", async () => {
  const rest = new Rest(on.server.url);
  await rest.createDocument({ id: "squashed", type: "text" });
  for (let rev = 0; rev < window + 50; ) {
    const edits = Array.from({ length: 50 }, (_, i) =>
      rest.submitChange("squashed", { rev, op: [{ insert: `${rev + i} ` }] }),
    );
    rev = Math.max(...(await Promise.all(edits)).map((committed) => committed.rev));
  }
  const gone = () =>
    rest.getContent("squashed", { rev: 10 }).then(
      () => undefined,
      (error: RestError) => error.status,
    );
  await expect.poll(gone).toBe(410);
  const [run] = (await rest.listChanges("squashed", { limit: 1 }).page()).items;
  expect(run).toMatchObject({ from: 0 });
  expect(run?.rev).toBeGreaterThan(10);

  const tab = await Tab.open(on.browser, on.server, "/d/squashed");
  await tab.page.getByRole("button", { name: "History" }).click();
  await tab.page.getByLabel("Mark", { exact: true }).selectOption("nothing");
  const slider = tab.page.getByRole("slider", { name: "Moment" });
  await slider.fill("10");
  await expect.poll(() => slider.inputValue()).toBe(String(run?.rev));
  const { content } = await rest.getContent("squashed", {
    rev: run?.rev as number,
    format: "text",
  });
  await expect.poll(() => tab.page.locator("#past .ql-editor").textContent()).toBe(content);
  expect(await tab.page.locator("#history-problem").textContent()).toBe("");
  await tab.close({ expecting: /status of 410/ });
});

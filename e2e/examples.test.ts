import { expect, test } from "vitest";
import { editorOn, examples, fair, visit } from "./support/examples.ts";

const on = fair();

test.each(examples)("two people write in the example %s", async (name) => {
  const faults: string[] = [];
  const [ann, bob] = [await visit(on, name, faults), await visit(on, name, faults)];
  await editorOn(ann).click();
  await ann.keyboard.type("from Ann");
  await expect.poll(() => bob.evaluate(shown)).toContain("from Ann");
  await editorOn(bob).click();
  await bob.keyboard.press("Control+End");
  await bob.keyboard.type(", and from Bob");
  await expect.poll(() => ann.evaluate(shown)).toContain("from Ann, and from Bob");
  await ann.locator(".coscribe-name").waitFor();
  await expect.poll(() => ann.locator("#others li").count()).toBe(1);
  await ann.keyboard.press("Control+z");
  await expect.poll(() => bob.evaluate(shown)).not.toContain("from Ann");
  await expect.poll(() => bob.evaluate(shown)).toContain(", and from Bob");
  await expect
    .poll(async () => JSON.stringify(await on.server.content(`example-${name}`)))
    .toMatch(/^\[\{"insert":", and from Bob(\\n)?"\}\]$/);
  await ann.context().close();
  await bob.context().close();
  expect(faults).toEqual([]);
});

/** The text that a page shows in its editor. */
function shown(): string {
  const field = document.querySelector(".field textarea");
  if (field instanceof HTMLTextAreaElement) return field.value;
  // Some editors show blanks that do not break.
  return (document.querySelector("#editor")?.textContent ?? "").replaceAll("\u00A0", " ");
}

import { expect, test } from "vitest";
import { editorOn, examples, fair, shown, visit } from "./support/examples.ts";

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
  // Keys that were slow to come are undone apart.
  const undone = async () => {
    await ann.keyboard.press("Control+z");
    return JSON.stringify(await on.server.content(`example-${name}`));
  };
  await expect.poll(undone).toMatch(/^\[\{"insert":", and from Bob(\\n)?"\}\]$/);
  await expect.poll(() => bob.evaluate(shown)).not.toContain("from Ann");
  await expect.poll(() => bob.evaluate(shown)).toContain(", and from Bob");
  await ann.context().close();
  await bob.context().close();
  expect(faults).toEqual([]);
});

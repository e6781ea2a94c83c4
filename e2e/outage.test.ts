import { expect, test } from "vitest";
import { agreement, texts } from "./support/agree.ts";
import { pair } from "./support/pair.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";
import { Wire } from "./support/wire.ts";

const on = stage();

test("what was written without a network meets what the other wrote", async () => {
  await on.server.create("cut", [{ insert: "middle\n" }]);
  const wire = await Wire.to(on.server.port);
  const ann = await Tab.open(on.browser, wire, "/d/cut");
  const bob = await Tab.open(on.browser, on.server, "/d/cut");
  await ann.ready();
  await bob.ready();

  wire.cut();
  await ann.standing("Offline");
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await ann.page.keyboard.type("written offline ");
  await bob.typeAtEnd(" written online");
  await bob.standing("Saved");
  expect(await ann.badge.textContent()).toBe("Offline");
  const strip = ann.page.getByRole("status");
  await expect.poll(() => strip.textContent()).toContain("No connection");

  wire.mend();
  const lines = await agreement(on.server, "cut", ann, bob);
  await expect.poll(() => strip.textContent()).toBe("Saved.");
  expect(texts(lines)).toEqual(["written offline middle written online"]);
  await ann.close();
  await bob.close();
  wire.remove();
});

test("a reload without having been able to send loses nothing", async () => {
  await on.server.create("reload", [{ insert: "before\n" }]);
  const wire = await Wire.to(on.server.port);
  const ann = await Tab.open(on.browser, wire, "/d/reload");
  await ann.ready();
  wire.cut("pages");
  await ann.standing("Offline");
  await ann.typeAtEnd(" unsent");
  await ann.page.reload();
  await ann.ready();
  await expect.poll(() => ann.editor.textContent()).toBe("before unsent");
  expect(await ann.badge.textContent()).toBe("Offline");
  await ann.page.reload();
  await expect.poll(() => ann.editor.textContent()).toBe("before unsent");

  wire.mend();
  expect(texts(await agreement(on.server, "reload", ann))).toEqual(["before unsent"]);
  await ann.close();
  wire.remove();
});

test("a reload in the middle of typing loses and repeats nothing", async () => {
  const [ann, bob] = await pair(on, "hurry");
  let typed = "";
  for (let i = 0; i < 5; i++) {
    const word = `word${i} `;
    await ann.typeAtEnd(word);
    typed += word;
    await ann.page.reload();
    await ann.ready();
  }
  expect(texts(await agreement(on.server, "hurry", ann, bob))).toEqual([typed]);
  await ann.close();
  await bob.close();
});

test("the server is killed and started again while both type", async () => {
  const [ann, bob] = await pair(on, "crash", [{ insert: "ann:\nbob:\n" }]);
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await ann.page.keyboard.press("End");
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+End");
  const words = Array.from({ length: 60 }, (_, i) => ` ${i}`).join("");
  const typing = [ann, bob].map((tab) => tab.page.keyboard.type(words, { delay: 12 }));
  await expect.poll(async () => JSON.stringify(await on.server.content("crash"))).toContain(" 5");
  await on.server.down();
  await ann.standing("Offline");
  await on.server.up();
  await Promise.all(typing);
  const lines = await agreement(on.server, "crash", ann, bob);
  expect(texts(lines)).toEqual([`ann:${words}`, `bob:${words}`]);
  await ann.close();
  await bob.close();
});

test("what cannot be saved any more is offered for copying", async () => {
  await on.server.create("doomed", [{ insert: "text\n" }]);
  const wire = await Wire.to(on.server.port);
  const ann = await Tab.open(on.browser, wire, "/d/doomed", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await ann.ready();
  wire.cut();
  await ann.standing("Offline");
  await ann.typeAtEnd(" and a thought");
  await on.server.delete("doomed");
  wire.mend();

  await ann.standing("Blocked");
  const alert = ann.page.getByRole("alert").filter({ hasText: "not saved" });
  const draft = alert.getByLabel("The text with what you wrote");
  expect(await draft.inputValue()).toBe("text and a thought\n");
  await alert.getByRole("button", { name: "Copy the text" }).click();
  await alert.getByRole("button", { name: "Copied" }).waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(
    "text and a thought\n",
  );

  // It is still there after a reload, until the person lets go of it.
  await ann.page.reload();
  await ann.standing("Blocked");
  expect(await draft.inputValue()).toBe("text and a thought\n");
  await alert.getByRole("button", { name: "Discard it" }).click();
  await ann.standing("Saved");
  expect(await alert.count()).toBe(0);
  expect(await on.server.content("doomed")).toEqual([{ insert: "\n" }]);
  await ann.close();
  wire.remove();
});

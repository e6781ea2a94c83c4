/** Measures what a binding takes for a key in a document of 1 MB: npm run typing. */
import { expect, test } from "vitest";
import { Subject, stage } from "./bindings/suite.ts";

const on = stage();
const keys = Number(process.env.KEYS ?? 300);
const size = 1_000_000;

test.each([
  { editor: "textarea", type: "text" },
  { editor: "codemirror", type: "text" },
  { editor: "monaco", type: "text" },
  { editor: "quill", type: "rich-text" },
  { editor: "tiptap", type: "rich-text" },
] as const)("a key in $editor", { timeout: 600_000 }, async (traits) => {
  const subject = new Subject(traits, on);
  const words = "a line of text that is as long as lines are, with its number: ";
  // Quill itself takes minutes to show 15,000 lines.
  const line = traits.editor === "quill" ? words.repeat(16) : words;
  const lines = Math.floor(size / (line.length + 6));
  const text = Array.from({ length: lines }, (_, n) => line + String(n).padStart(5)).join("\n");
  const { ann, bob } = await subject.scene(text);
  bob.doc.setCursor([0, 5]);
  await ann.select(500_000);
  await expect.poll(() => ann.painted()).toHaveLength(1);
  await ann.page.evaluate(() => desk.spent.splice(0));
  for (let n = 0; n < keys; n++) await ann.type("x");
  const spent = await ann.page.evaluate(() => desk.spent.sort((a, b) => a - b));
  const at = (part: number) => spent[Math.floor(part * (spent.length - 1))]?.toFixed(2);
  console.log(
    `${traits.editor}: ${text.length} units, ${spent.length} keys: median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
});

import type { Page } from "playwright-core";
import type { Op } from "./server.ts";

/** A line of a document: how it stands, and its text in runs of one look each. */
export interface Line {
  readonly block: string;
  readonly runs: readonly (readonly [text: string, looks: string])[];
}

/** A document's lines, as its content has them. */
export function linesOf(content: readonly Op[]): Line[] {
  const lines: Line[] = [];
  let runs: [string, string][] = [];
  for (const { insert, attributes = {} } of content) {
    const parts = typeof insert === "string" ? insert.split("\n") : [JSON.stringify(insert)];
    parts.forEach((part, i) => {
      if (i > 0) {
        lines.push({ block: blockOf(attributes), runs });
        runs = [];
      }
      const last = runs.at(-1);
      if (part === "") return;
      if (last && last[1] === looksOf(attributes)) last[0] += part;
      else runs.push([part, looksOf(attributes)]);
    });
  }
  return lines;
}

function blockOf(attributes: Readonly<Record<string, unknown>>): string {
  const { header, list, blockquote, "code-block": code } = attributes;
  if (header) return `h${header}`;
  if (list) return String(list);
  if (blockquote) return "blockquote";
  return code ? "code-block" : "p";
}

const looks = ["bold", "code", "italic", "link", "underline"];

function looksOf(attributes: Readonly<Record<string, unknown>>): string {
  return looks.filter((look) => attributes[look]).join(" ");
}

/** The lines that a page shows in its editor, or in another one. */
export function linesOn(page: Page, editor = "#editor"): Promise<Line[]> {
  return page.locator(editor).evaluate((root) => {
    const tags: Record<string, string> = {
      STRONG: "bold",
      CODE: "code",
      EM: "italic",
      A: "link",
      U: "underline",
    };
    const lookOf = (node: Node) => {
      const found: string[] = [];
      for (let at = node.parentElement; at && at !== root; at = at.parentElement) {
        const look = tags[at.tagName];
        if (look) found.push(look);
      }
      return found.sort().join(" ");
    };
    const runsOf = (line: Element) => {
      const runs: [string, string][] = [];
      const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        // The editor holds the caret in a place without a width.
        const text = (texts.currentNode.textContent ?? "").replaceAll("\uFEFF", "");
        const look = lookOf(texts.currentNode);
        const last = runs.at(-1);
        if (text === "") continue;
        if (last && last[1] === look) last[0] += text;
        else runs.push([text, look]);
      }
      return runs;
    };
    const blockOf = (line: Element) => {
      if (line instanceof HTMLLIElement) return line.dataset.list ?? "";
      return line.matches(".ql-code-block") ? "code-block" : line.tagName.toLowerCase();
    };
    const lines = root.querySelectorAll("p, h1, h2, h3, blockquote, li, .ql-code-block");
    return [...lines].map((line) => ({ block: blockOf(line), runs: runsOf(line) }));
  });
}

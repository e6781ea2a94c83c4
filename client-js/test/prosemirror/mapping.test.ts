import { getSchema, Mark as TiptapMark, Node as TiptapNode } from "@tiptap/core";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import StarterKit from "@tiptap/starter-kit";
import type { Mark, Node } from "prosemirror-model";
import { describe, expect, it } from "vitest";
import { apply, type Delta, length, normalize } from "../../src/delta/index.ts";
import { fromDelta, toDelta, withCoscribe } from "../../src/prosemirror/index.ts";
import { Shown } from "../../src/prosemirror/shown.ts";
import { Random } from "../support/random.ts";
import { change, content, tree } from "./generate.ts";
import { bare, schemas, starterKit } from "./schemas.ts";

const seeds = Number(process.env.MAPPING_SEEDS ?? 600);

describe.each(Object.entries(schemas))("the mapping for %s", (_, schema) => {
  it("shows every document, and gives it back as it was", () => {
    for (let seed = 0; seed < seeds; seed++) {
      const random = new Random(seed);
      let document = content(random);
      for (let edit = 0; edit < 3; edit++) {
        const shown = fromDelta(schema, document);
        shown.check();
        expect(toDelta(shown), `seed ${seed}.${edit}`).toEqual(document);
        document = apply(document, change(random, document));
      }
    }
  });

  it("keeps every tree as it is", () => {
    for (let seed = 0; seed < seeds; seed++) {
      const made = tree(new Random(seed), schema);
      const again = fromDelta(schema, toDelta(made));
      expect(again.toString(), `seed ${seed}`).toBe(made.toString());
      expect(again.eq(made), `seed ${seed}`).toBe(true);
    }
  });
});

it("finds every place of a document in its tree, and the other way round", () => {
  for (let seed = 0; seed < seeds; seed++) {
    const document = content(new Random(seed));
    const shown = Shown.of(fromDelta(starterKit, document));
    expect(shown.length).toBe(length(document));
    let before = -1;
    for (let offset = 0; offset < shown.length; offset++) {
      const position = shown.positionOf(offset);
      expect(position, `seed ${seed}`).toBeGreaterThanOrEqual(before);
      // Behind a rule there is no place but the beginning of the next line.
      expect([offset, offset + 1], `seed ${seed}`).toContain(shown.offsetOf(position));
      before = position;
    }
    const places = Array.from({ length: shown.doc.content.size + 1 }, (_, at) =>
      shown.offsetOf(at),
    );
    expect(
      [...places].sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(places);
  }
});

describe("what Quill makes", () => {
  const line = (text: string, attributes?: object): Delta => [
    { insert: text },
    attributes ? { insert: "\n", attributes: attributes as never } : { insert: "\n" },
  ];
  const item = (text: string, list: string, indent?: number): Delta =>
    line(text, indent ? { list, indent } : { list });

  const cases: [name: string, content: Delta, tree: string][] = [
    ["nothing", [{ insert: "\n" }], "paragraph"],
    ["headings", line("a", { header: 2 }), 'heading("a")'],
    [
      "quotes",
      [...line("a", { blockquote: true }), ...line("b", { blockquote: true })],
      'blockquote(paragraph("a"), paragraph("b"))',
    ],
    [
      "code",
      [...line("a", { "code-block": true }), ...line("", { "code-block": true })],
      'codeBlock("a\\n")',
    ],
    [
      "code of two languages",
      [...line("a", { "code-block": true }), ...line("b", { "code-block": "js" })],
      'codeBlock("a"), codeBlock("b")',
    ],
    [
      "nested lists",
      [...item("a", "bullet"), ...item("b", "ordered", 1), ...item("c", "bullet")],
      'bulletList(listItem(paragraph("a"), orderedList(listItem(paragraph("b")))), listItem(paragraph("c")))',
    ],
    ["a list that is too deep", item("a", "bullet", 3), 'bulletList(listItem(paragraph("a")))'],
    ["boxes", item("a", "checked"), 'bulletList(listItem(paragraph("a")))'],
    ["a rule", [{ insert: { divider: true } }, { insert: "\n" }], "horizontalRule"],
    ["an image in its line", [{ insert: { image: "x" } }, { insert: "\n" }], "image"],
    [
      "an image in text",
      [{ insert: "a" }, { insert: { image: "x" } }, { insert: "\n" }],
      'paragraph("a", coscribeEmbed)',
    ],
    ["a break", line("a\u2028b"), 'paragraph("a", hardBreak, "b")'],
    [
      "code that is bold",
      [{ insert: "a", attributes: { code: true, bold: true } }, { insert: "\n" }],
      'paragraph(bold(coscribeFormats("a")))',
    ],
    [
      "formatted code",
      [
        { insert: "a", attributes: { bold: true } },
        { insert: "\n", attributes: { "code-block": true } },
      ],
      'paragraph(bold("a"))',
    ],
    [
      "a heading in a list",
      line("a", { list: "bullet", header: 1 }),
      'bulletList(listItem(paragraph("a")))',
    ],
    [
      "a second paragraph of an item",
      [...item("a", "bullet"), ...line("b", { nest: "b" })],
      'bulletList(listItem(paragraph("a"), paragraph("b")))',
    ],
    [
      "a word that does not fit, in code",
      [
        ...line("a", { "code-block": true }),
        ...line("b", { "code-block": true, nest: "o" }),
        ...line("c", { "code-block": true, nest: "o" }),
      ],
      'codeBlock("a"), codeBlock("b\\nc")',
    ],
    ["a word that does not fit", line("b", { nest: "b" }), 'paragraph("b")'],
  ];

  it.each(cases)("is shown: %s", (_, content, expected) => {
    const shown = fromDelta(starterKit, normalize(content));
    expect(shown.toString()).toBe(`doc(${expected})`);
    expect(toDelta(shown)).toEqual(normalize(content));
  });

  it("gets its newline where it has none at its end", () => {
    expect(fromDelta(starterKit, [{ insert: "a\nb" }]).toString()).toBe(
      'doc(paragraph("a"), paragraph("b"))',
    );
    expect(fromDelta(starterKit, []).toString()).toBe("doc(paragraph)");
  });
});

describe("a schema with more than StarterKit", () => {
  const rich = withCoscribe(
    getSchema([
      StarterKit,
      TaskList,
      TaskItem.configure({ nested: true }),
      TiptapNode.create({
        name: "mention",
        group: "inline",
        inline: true,
        atom: true,
        addAttributes: () => ({ id: {} }),
      }),
      TiptapNode.create({ name: "box", group: "block", content: "block+" }),
      TiptapMark.create({ name: "highlight", addAttributes: () => ({ color: {} }) }),
    ]),
  );
  const back = (content: Delta) => {
    const shown = fromDelta(rich, content);
    shown.check();
    expect(toDelta(shown)).toEqual(content);
    return shown.toString();
  };

  it("has tasks", () => {
    expect(
      back([
        { insert: "a" },
        { insert: "\n", attributes: { list: "checked" } },
        { insert: "b" },
        { insert: "\n", attributes: { list: "unchecked", indent: 1 } },
      ]),
    ).toBe('doc(taskList(taskItem(paragraph("a"), taskList(taskItem(paragraph("b"))))))');
  });

  it("names its leaves and marks", () => {
    expect(
      back([
        { insert: { mention: { id: 7 } } },
        { insert: "a", attributes: { highlight: { color: "red" } } },
        { insert: "\n" },
      ]),
    ).toBe('doc(paragraph(mention, highlight("a")))');
  });

  it("keeps blocks of its own as they are", () => {
    const box = rich.node("box", null, [rich.node("paragraph", null, [rich.text("in it")])]);
    const doc = rich.node("doc", null, [rich.node("blockquote", null, [box])]);
    const content = toDelta(doc);
    expect(content).toEqual([
      { insert: { prosemirror: box.toJSON() } },
      { insert: "\n", attributes: { blockquote: true } },
    ]);
    expect(fromDelta(rich, content).eq(doc)).toBe(true);
    expect(fromDelta(starterKit, content).toString()).toBe(
      "doc(blockquote(paragraph(coscribeEmbed)))",
    );
  });

  it("shows every document, and gives it back as it was", () => {
    for (let seed = 0; seed < seeds; seed++) back(content(new Random(seed)));
  });
});

describe("a schema that cannot carry anything", () => {
  it("shows a document as it is, or says what it cannot keep", () => {
    const reasons = new Set<string>();
    let shown = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const document = content(new Random(seed), 3);
      try {
        expect(toDelta(fromDelta(bare, document)), `seed ${seed}`).toEqual(document);
        shown++;
      } catch (error) {
        expect((error as Error).message).toMatch(
          /^the editor's schema (cannot carry|has no place)/,
        );
        reasons.add((error as Error).message);
      }
    }
    expect(shown).toBeGreaterThan(20);
    expect(reasons).toContain("the editor's schema cannot carry the format color");
    expect(reasons).toContain("the editor's schema cannot carry a format of lines: align");
    expect(reasons).toContain("the editor's schema has no place for an embed: mention");
  });

  it("keeps every tree as it is", () => {
    for (let seed = 0; seed < seeds; seed++) {
      const made = tree(new Random(seed), bare);
      expect(fromDelta(bare, toDelta(made)).eq(made), `seed ${seed}`).toBe(true);
    }
  });
});

it("says of a tree what Quill says of the same text", () => {
  const { nodes, marks } = starterKit;
  const doc = starterKit.topNodeType.create(null, [
    nodes.paragraph?.create(null, [
      starterKit.text("a", [marks.bold?.create() as Mark]),
      starterKit.text("b", [marks.link?.create({ href: "x" }) as Mark]),
    ]) as Node,
    nodes.heading?.create({ level: 3 }) as Node,
  ]);
  expect(toDelta(doc)).toEqual([
    { insert: "a", attributes: { bold: true } },
    { insert: "b", attributes: { link: "x" } },
    { insert: "\n" },
    { insert: "\n", attributes: { header: 3 } },
  ]);
});

import { expect, it, vi } from "vitest";
import { appearance } from "../../src/appearance.ts";
import type { BindingOptions } from "../../src/bindings/link.ts";
import type { Delta, DocumentType } from "../../src/delta/index.ts";
import type { Document } from "../../src/document.ts";
import { type Desk, Office } from "../support/office.ts";

/** An editor with a person in front of it. */
export interface Person {
  /** Types over `gone` units at a place. */
  type(at: number, text: string, gone?: number): void;
  /** Types at the caret; the application hears of the selection first. */
  enter(text: string): void;
  select(from: number, to: number): void;
  readonly selection: readonly [from: number, to: number];
  readonly text: string;
  readonly editable: boolean;
  /** The names at the carets that are drawn. */
  readonly carets: readonly string[];
  compose(begin: boolean): Promise<void>;
  undo(): void;
  dispose(): void;
}

export interface Subject {
  readonly type: DocumentType;
  bind(document: Document, options?: BindingOptions): Person;
}

/** Waits for timers of the client and frames of the page. */
function eventually(office: Office, check: () => void): Promise<void> {
  const look = (): void => {
    office.settle();
    check();
  };
  return vi.waitFor(look, { timeout: 10_000 });
}

/** What every binding has to do, played with the editor on one side and a plain document on the other. */
export function playScript({ type, bind }: Subject): void {
  const end = type === "text" ? "" : "\n";

  function open(
    options?: BindingOptions,
  ): Desk & { office: Office; person: Person; other: Document } {
    const office = new Office(type);
    const desk = office.open("ann");
    const other = office.open("bob").document;
    const person = bind(desk.document, options);
    office.settle();
    return { ...desk, office, person, other };
  }

  const text = (document: Document): string =>
    document.content.map(({ insert }) => insert).join("");

  it("cannot be edited before the content is there, and can afterwards", () => {
    const office = new Office(type);
    const { document } = office.open("ann");
    const person = bind(document);
    expect(person.editable).toBe(false);
    office.settle();
    expect(person.editable).toBe(true);
  });

  it("does not touch a document of another type", () => {
    const office = new Office(type === "text" ? "rich-text" : "text");
    const { document } = office.open("ann");
    const told: string[] = [];
    const person = bind(document, {
      onFailed: ({ code }) => told.push(`failed: ${code}`),
      onRefused: ({ code }) => told.push(`refused: ${code}`),
    });
    office.settle();
    expect(told).toEqual(["failed: not_shown"]);
    expect(person.editable).toBe(false);
    person.type(0, "x");
    office.settle();
    expect(office.server.room.rev).toBe(0);
  });

  it("shows a document that is there already", () => {
    const { document, office, other, person } = open();
    other.submit([{ insert: "hello" }]);
    office.settle();
    expect(text(document)).toBe(`hello${end}`);
    expect(bind(document).text).toBe(`hello${end}`);
    expect(person.text).toBe(`hello${end}`);
  });

  it("hands on what the person types, once", () => {
    const { document, office, other, person } = open();
    const seen: Delta[] = [];
    document.on("change", ({ delta }) => seen.push(delta));
    person.type(0, "hello");
    person.type(5, "!");
    person.type(0, "H", 1);
    expect(seen.length).toBe(3);
    office.settle();
    expect(text(other)).toBe(`Hello!${end}`);
    expect(person.text).toBe(`Hello!${end}`);
  });

  it("shows what others type, and sends none of it back", () => {
    const { document, office, other, person } = open();
    const origins: unknown[] = [];
    document.on("change", ({ local }) => origins.push(local));
    other.submit([{ insert: "from afar" }]);
    office.settle();
    expect(person.text).toBe(`from afar${end}`);
    expect(origins).toEqual([false]);
    expect(office.server.room.rev).toBe(1);
  });

  it("merges what is typed at the same time", () => {
    const { document, office, other, person } = open();
    person.type(0, "base");
    office.settle();
    person.type(4, " mine");
    other.submit([{ insert: "yours " }]);
    office.settle();
    expect(person.text).toBe(`yours base mine${end}`);
    expect(text(document)).toBe(person.text);
    expect(text(other)).toBe(person.text);
  });

  it("keeps the selection where it belongs", () => {
    const { office, other, person } = open();
    person.type(0, "one two");
    office.settle();
    person.select(4, 7);
    other.submit([{ insert: "zero " }]);
    office.settle();
    expect(person.selection).toEqual([9, 12]);
  });

  it("shows others the selection, and the carets of others", async () => {
    const { office, other, person } = open({ user: { name: "Ann", color: "green" } });
    person.type(0, "one two");
    office.settle();
    person.select(4, 7);
    other.setCursor([0, 3]);
    other.setPresence({ name: "Bob" });
    await eventually(office, () => {
      expect(other.peers).toMatchObject({ ann: { cursor: [4, 7], state: { name: "Ann" } } });
      expect(person.carets).toEqual(["Bob"]);
    });
    other.close();
    await eventually(office, () => expect(person.carets).toEqual([]));
  });

  it("tells the caret where it is shown, behind what is typed", () => {
    const { document, office, other, person } = open();
    person.type(0, "one two");
    person.select(0, 0);
    for (const letter of "zero") {
      person.enter(letter);
      expect(document.state.own.cursor).toEqual(person.selection);
    }
    expect(person.selection).toEqual([4, 4]);
    office.settle();
    expect(text(other)).toBe(`zeroone two${end}`);
  });

  it("shows the others one of two editors of a page, and ends by itself", async () => {
    const { document, office, other, person: above } = open({ user: { name: "above" } });
    const below = bind(document, { user: { name: "below" } });
    above.type(0, "one two");
    office.settle();
    const ann = (name: string, ...cursor: number[]) =>
      eventually(office, () =>
        expect(other.peers).toMatchObject({ ann: { cursor, state: { name } } }),
      );
    above.select(4, 7);
    await ann("above", 4, 7);
    below.select(1, 2);
    await ann("below", 1, 2);
    other.submit([{ insert: "> " }]);
    await ann("below", 3, 4);
    below.dispose();
    await ann("above", 6, 9);
    above.dispose();
    await eventually(office, () => expect(other.peers).toEqual({}));
  });

  it("leaves the caret where it is when another editor of the page undoes", () => {
    const { document, person: above } = open();
    above.type(0, "one two");
    const below = bind(document);
    below.type(7, " three");
    above.select(2, 2);
    below.undo();
    expect(above.text).toBe(`one two${end}`);
    expect(above.selection).not.toEqual(below.selection);
    expect(document.state.own.cursor).toEqual(below.selection);
  });

  it("draws and lists the others alike, whatever they tell of themselves", async () => {
    const { document, office, other, person } = open();
    const listed = () => Object.entries(document.peers).map(([id, peer]) => appearance(id, peer));
    other.setCursor([0, 0]);
    await eventually(office, () => expect(person.carets).toEqual([listed()[0]?.name]));
    const drawn = () => globalThis.document.querySelector<HTMLElement>(".coscribe-name")?.style;
    expect(drawn()?.backgroundColor).toBeTruthy();
    other.setPresence({ name: "Bob", color: "url(https://elsewhere.example/seen)" });
    await eventually(office, () => expect(person.carets).toEqual(["Bob"]));
    expect(drawn()?.cssText).not.toContain("url");
    person.dispose();
  });

  it("leaves a composition alone and catches up after it", async () => {
    const { document, office, other, person } = open();
    person.type(0, "ab");
    office.settle();
    await person.compose(true);
    other.submit([{ insert: "> " }]);
    office.settle();
    expect(person.text).toBe(`ab${end}`);
    await person.compose(false);
    expect(person.text).toBe(`> ab${end}`);
    office.settle();
    expect(text(document)).toBe(`> ab${end}`);
    expect(text(other)).toBe(`> ab${end}`);
  });

  it("takes back what is not possible, and says so", () => {
    const refused: string[] = [];
    const { document, office, person } = open({ onRefused: ({ code }) => refused.push(code) });
    person.type(0, "fits");
    office.settle();
    document.dispatch({ type: "limits", limits: { message: 1600, document: 10, window: 10 } });
    person.type(2, "far too long");
    expect(refused).toEqual(["too_large"]);
    expect(person.text).toBe(`fits${end}`);
  });

  it("is read-only while the document is", () => {
    const { office, session, person, document } = open();
    office.server.setAccess(session, "read");
    office.settle();
    expect(document.status.name).toBe("readonly");
    expect(person.editable).toBe(false);
    office.server.setAccess(session, "write");
    office.settle();
    expect(person.editable).toBe(true);
  });

  it("lets go of the editor when disposed", () => {
    const { office, other, person } = open();
    person.type(0, "mine");
    office.settle();
    person.dispose();
    other.submit([{ insert: "not shown " }]);
    office.settle();
    expect(person.text).toBe(`mine${end}`);
    person.type(0, "not sent ");
    office.settle();
    expect(text(other)).toBe(`not shown mine${end}`);
    expect(person.carets).toEqual([]);
  });
}

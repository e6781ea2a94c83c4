import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import type { Desk, Painted } from "../../client-js/test/editors/page.ts";
import type { Op } from "../support/server.ts";

declare global {
  var desk: Desk;
}

/** What a browser says of connections that a test has cut. */
const outage = /WebSocket connection to|net::ERR_/;

/** Whose window it is, and on what. */
export interface Place {
  /** Where the pages are. */
  readonly origin: string;
  /** The address of the server. */
  readonly server: string;
  /** The editor, by the name of its adapter. */
  readonly editor: string;
  readonly doc: string;
  readonly type?: string;
  readonly name?: string;
  readonly token?: string;
  /** As whom to keep what is typed over reloads. */
  readonly keep?: string;
}

/** A window with one editor in it. */
export class Seat {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #faults: string[] = [];
  /** The messages that the page has sent to the server. */
  readonly sent: string[] = [];
  /** Those that it has got. */
  readonly received: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
  }

  static async open(browser: Browser, { origin, editor, ...given }: Place): Promise<Seat> {
    const context = await browser.newContext({
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const seat = new Seat(context, await context.newPage());
    seat.#watch();
    await seat.page.goto(`${origin}/${editor}/?${new URLSearchParams({ ...given })}`);
    return seat;
  }

  /** Waits until the text can be edited, and puts the keyboard there. */
  async ready(): Promise<this> {
    await expect.poll(() => this.page.evaluate(() => desk.bound.editable())).toBe(true);
    await this.page.evaluate(() => desk.bound.focus());
    return this;
  }

  content(): Promise<Op[]> {
    return this.page.evaluate(() => desk.bound.content() as Op[]);
  }

  async text(): Promise<string> {
    const parts = (await this.content()).map(({ insert }) => insert);
    return parts.map((part) => (typeof part === "string" ? part : "\uFFFC")).join("");
  }

  status(): Promise<string> {
    return this.page.evaluate(() => desk.doc.status.name);
  }

  async standing(status: string): Promise<void> {
    await expect.poll(() => this.status()).toBe(status);
  }

  /** Waits until nothing is unsaved. */
  saved(): Promise<void> {
    return this.page.evaluate(() => desk.doc.flush());
  }

  /** Selects, as far as there is so much. */
  select(anchor: number, head = anchor): Promise<void> {
    return this.page.evaluate(
      ([anchor, head]) => desk.bound.select(desk.within(anchor), desk.within(head)),
      [anchor, head] as const,
    );
  }

  selection(): Promise<readonly [number, number]> {
    return this.page.evaluate(() => desk.bound.selection());
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  /** Writes a text at once: one edit to undo, however slow the machine is. */
  write(text: string): Promise<void> {
    return this.page.keyboard.insertText(text);
  }

  /** Pastes plain text from the machine's clipboard. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await this.press("Control+v");
  }

  /** Loads the page again, as soon as what was typed is kept, and waits until it can be edited. */
  async reload(): Promise<void> {
    await this.page.evaluate(() => desk.kept());
    await this.page.reload();
    await this.ready();
  }

  /** The carets of others, as they are painted. */
  painted(): Promise<Painted[]> {
    return this.page.evaluate(() => desk.painted());
  }

  /** Puts a text in place of `[from, to)` by the editor's own interface, as far as there is so much. */
  replace(from: number, to: number, text: string): Promise<void> {
    return this.page.evaluate(
      ([from, to, text]) => desk.bound.replace(desk.within(from), desk.within(to), text),
      [from, to, text] as const,
    );
  }

  /** What the binding has said. */
  told(): Promise<string[]> {
    return this.page.evaluate(() => desk.told);
  }

  /** How many edits of its own the editor has handed on. */
  edits(): Promise<number> {
    return this.page.evaluate(() => desk.edits.length);
  }

  /** How often what the editor shows has changed. */
  updates(): Promise<number> {
    return this.page.evaluate(() => desk.updates);
  }

  /** Closes the window; fails where the page did what it must not do. */
  async close(): Promise<void> {
    await this.#context.close();
    expect(this.#faults).toEqual([]);
  }

  #watch(): void {
    const { page } = this;
    page.on("pageerror", (error) => this.#faults.push(`uncaught: ${error.stack}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !outage.test(text)) this.#faults.push(text);
    });
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => this.sent.push(String(payload)));
      socket.on("framereceived", ({ payload }) => this.received.push(String(payload)));
    });
  }
}

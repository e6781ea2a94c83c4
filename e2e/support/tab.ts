import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

/** What a browser says of connections that a test has cut. */
const outage = /WebSocket connection to|net::ERR_/;

/** One window with one page, which notes whatever a page must not do. */
export class Tab {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #faults: string[];

  private constructor(context: BrowserContext, page: Page, origin: string, faults: string[]) {
    this.#context = context;
    this.page = page;
    this.#origin = origin;
    this.#faults = faults;
  }

  /** Opens a path of a server in a browser profile of its own. */
  static async open(
    browser: Browser,
    server: { readonly url: string },
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<Tab> {
    const context = await browser.newContext({ baseURL: server.url, ...options });
    const tab = new Tab(context, await context.newPage(), new URL(server.url).host, []);
    return tab.#go(path);
  }

  /** Opens a path in another window of the same profile, which is closed with this one. */
  async another(path: string): Promise<Tab> {
    const page = await this.#context.newPage();
    return new Tab(this.#context, page, this.#origin, this.#faults).#go(path);
  }

  /** Types at the end of the document. */
  async typeAtEnd(text: string): Promise<void> {
    await this.editor.focus();
    await this.page.keyboard.press("Control+End");
    await this.page.keyboard.type(text);
  }

  get editor() {
    return this.page.getByRole("textbox", { name: /^Text of/ });
  }

  get badge() {
    return this.page.locator("#badge");
  }

  /** Waits until the text can be edited. */
  async ready(): Promise<void> {
    await this.editor
      .and(this.page.locator("[contenteditable=true], textarea:not([readonly])"))
      .waitFor();
  }

  /** Waits until the badge says so. */
  async standing(words: string): Promise<void> {
    await expect.poll(() => this.badge.textContent()).toBe(words);
  }

  /** Presses a button of the toolbar. */
  async tool(name: string): Promise<void> {
    await this.page.getByRole("toolbar").getByRole("button", { name, exact: true }).click();
  }

  /** Closes the window; fails where the page did what it must not do, other than was expected. */
  async close({ expecting }: { readonly expecting?: RegExp } = {}): Promise<void> {
    await this.#context.close();
    expect(this.#faults.filter((fault) => !expecting?.test(fault))).toEqual([]);
  }

  async #go(path: string): Promise<this> {
    await this.#watch();
    await this.page.goto(path);
    return this;
  }

  async #watch(): Promise<void> {
    const { page } = this;
    page.on("request", (request) => this.#mustBeOwn(request.url()));
    page.on("websocket", (socket) => this.#mustBeOwn(socket.url()));
    page.on("pageerror", (error) => this.#faults.push(`uncaught: ${error}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !outage.test(text)) this.#faults.push(text);
    });
    // It asks before a page with unsent edits is left.
    page.on("dialog", (dialog) => dialog.accept());
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
  }

  /** No other machine hears of the page. */
  #mustBeOwn(address: string): void {
    const { host, protocol } = new URL(address);
    if (host !== this.#origin && protocol !== "data:") this.#faults.push(`asked for ${address}`);
  }
}

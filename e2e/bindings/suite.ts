import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished } from "vitest";
import { launch } from "../support/browser.ts";
import { type Op, Server } from "../support/server.ts";
import { Partner } from "./partner.ts";
import { type Place, Seat } from "./seat.ts";
import { Site } from "./site.ts";
import { carets } from "./suite.carets.ts";
import { frames } from "./suite.frames.ts";
import { history } from "./suite.history.ts";
import { outages } from "./suite.outages.ts";
import { reloads } from "./suite.reloads.ts";
import { rights } from "./suite.rights.ts";
import { formatting, lines, writing } from "./suite.writing.ts";

/** What the suite has to know of an editor. */
export interface Traits {
  /** The name of its adapter in client-js/test/editors. */
  readonly editor: string;
  readonly type: "text" | "rich-text";
  /** Whether it holds one line only. */
  readonly oneLine?: boolean;
  /** Whether Mod-b makes what is selected bold. */
  readonly bold?: boolean;
}

/** A document, the person at the editor and somebody else. */
export interface Scene {
  readonly id: string;
  readonly ann: Seat;
  readonly bob: Partner;
}

/** A browser, a server, and an application on another origin. */
export interface Stage {
  readonly browser: Browser;
  readonly server: Server;
  readonly site: Site;
}

/** Starts all before the file's tests, and ends all after them. */
export function stage(): Stage {
  const made = {} as { -readonly [part in keyof Stage]: Stage[part] };
  beforeAll(async () => {
    made.site = await Site.start();
    made.server = await Server.start("--allowed-origins", made.site.origin);
    made.browser = await launch();
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.server?.remove();
    made.site?.stop();
  });
  return made;
}

/** What the tests of an editor share. */
export class Subject {
  readonly traits: Traits;
  readonly on: Stage;

  constructor(traits: Traits, on: Stage) {
    this.traits = traits;
    this.on = on;
  }

  /** A text as the whole content of a document of the editor's type. */
  whole(text: string): Op[] {
    const insert = text + this.end;
    return insert === "" ? [] : [{ insert }];
  }

  /** What a document of this type ends with in any case. */
  get end(): string {
    return this.traits.type === "text" ? "" : "\n";
  }

  async create(text: string): Promise<string> {
    const id = `${this.traits.editor}-${randomUUID()}`;
    await this.on.server.create(id, this.whole(text), this.traits.type);
    return id;
  }

  /** Opens the editor on a document, whatever becomes of it. */
  async seat(id: string, given: Partial<Place> = {}): Promise<Seat> {
    const { browser, site, server } = this.on;
    const usual = { origin: site.origin, server: server.url, name: "Ann" };
    const { editor } = this.traits;
    const seat = await Seat.open(browser, { ...usual, ...given, editor, doc: id });
    onTestFinished(() => seat.close());
    return seat;
  }

  /** Opens the editor on a document that the person may edit. */
  async open(id: string, given?: Partial<Place>): Promise<Seat> {
    return (await this.seat(id, given)).ready();
  }

  async join(id: string, server: { readonly url: string } = this.on.server): Promise<Partner> {
    const partner = await Partner.join(server, id, "Bob");
    onTestFinished(() => partner.leave());
    return partner;
  }

  /** Both on a new document, the caret behind its text. */
  async scene(text: string, given?: Partial<Place>): Promise<Scene> {
    const id = await this.create(text);
    const [ann, bob] = [await this.open(id, given), await this.join(id)];
    await ann.select(text.length);
    return { id, ann, bob };
  }

  /** Waits until the editor, the server and the other have the same, and returns its text. */
  async agreed({ id, ann, bob }: Scene): Promise<string> {
    await ann.saved();
    await expect
      .poll(async () => {
        const there = await this.on.server.content(id);
        const here = [await ann.content(), bob.content];
        return here.filter((each) => !isDeepStrictEqual(each, there));
      })
      .toEqual([]);
    return ann.text();
  }

  /** Waits until that is what everyone has. */
  async agreeOn(scene: Scene, text: string): Promise<void> {
    await expect.poll(() => scene.ann.text()).toBe(text + this.end);
    expect(await this.agreed(scene)).toBe(text + this.end);
  }
}

/** What every binding has to do, in a browser, against the real server. */
export function conform(traits: Traits): void {
  const subject = new Subject(traits, stage());
  describe(`${traits.editor} in Chromium`, () => {
    writing(subject);
    if (!traits.oneLine) lines(subject);
    if (traits.bold) formatting(subject);
    history(subject);
    carets(subject);
    frames(subject);
    rights(subject);
    outages(subject);
    reloads(subject);
  });
}

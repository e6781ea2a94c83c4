/** The history of a document, in place of its live text. */
import type { Document, Session } from "coscribe";
import { byId } from "../dom.ts";
import type { Me } from "../me.ts";
import { rest } from "../rest.ts";
import { reason } from "../words.ts";
import { markRun } from "./entries.ts";
import { type Attempt, Lists } from "./lists.ts";
import { Past } from "./past.ts";
import { People } from "./people.ts";
import { confirmRestore } from "./restore.ts";
import { Runs } from "./runs.ts";
import { Screen } from "./screen.ts";
import { Timeline } from "./timeline.ts";
import { count, moment, names, span, time } from "./words.ts";

/** How long what others write meanwhile may be missing here, in milliseconds. */
const behind = 2000;

export class Panel {
  readonly #session: Session;
  readonly #leave: (news: string) => void;
  readonly #doc: Document;
  readonly #past: Past;
  readonly #runs: Runs;
  readonly #people = new People();
  readonly #timeline: Timeline;
  readonly #screen: Screen;
  readonly #lists: Lists;
  /** Ends with the visit. */
  #visit = new AbortController();
  #growing: ReturnType<typeof setTimeout> | undefined;

  /** `leave` goes back to the live text, and tells the person why. */
  constructor(session: Session, doc: Document, leave: (news: string) => void) {
    this.#session = session;
    this.#leave = leave;
    this.#doc = doc;
    const past = new Past(rest, doc.id);
    const runs = new Runs(rest, doc.id);
    const timeline = new Timeline({
      go: (rev) => this.#screen.show(rev),
      leap: (direction) => void this.#leap(direction),
      words: (rev) => this.#words(rev),
    });
    const people = this.#people;
    const onShown = (rev: number) => {
      markRun(runs.at(rev));
      this.#allow();
    };
    const isPlain = doc.type === "text";
    this.#screen = new Screen({ past, runs, people, timeline, isPlain, onShown });
    const choose = (rev: number) => this.#choose(rev);
    const attempt: Attempt = (deed) => this.#attempt(deed);
    this.#lists = new Lists({ id: doc.id, rest, runs, people, timeline, choose, attempt });
    [this.#past, this.#runs, this.#timeline] = [past, runs, timeline];
    this.#listen();
  }

  /** Shows the newest moment, and follows the document until `close`. */
  open(me: Me): void {
    this.#visit = new AbortController();
    const { user, client } = this.#session;
    if (user) this.#people.meet(client, user, { ...me });
    const off = [
      this.#doc.on("peers", () => this.#meet()),
      this.#doc.on("change", () => this.#growSoon()),
      this.#doc.on("status", () => this.#allow()),
    ];
    this.#visit.signal.addEventListener("abort", () => {
      for (const end of off) end();
    });
    this.#meet();
    this.#timeline.head = this.#doc.rev;
    this.#choose(this.#doc.rev);
    this.#lists.show(this.#mayWrite);
    this.#timeline.focus();
    void this.#attempt((signal) => this.#lists.refresh(signal));
  }

  close(): void {
    this.#timeline.pause();
    this.#screen.stop();
    this.#visit.abort();
    clearTimeout(this.#growing);
    this.#growing = undefined;
  }

  get #mayWrite(): boolean {
    return this.#doc.access !== "read";
  }

  #listen(): void {
    byId("button", "history-restore").addEventListener("click", () => void this.#restore());
    byId("button", "history-earlier").addEventListener("click", () => {
      void this.#attempt((signal) => this.#lists.earlier(signal));
    });
    byId("form", "history-name").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#name(byId("input", "history-new"));
    });
  }

  #choose(rev: number): void {
    this.#timeline.pause();
    this.#timeline.rev = rev;
    void this.#screen.show(rev);
  }

  /** Goes to where the run that the moment is in began, or to where the next ends. */
  #leap(direction: -1 | 1): Promise<void> {
    const { rev, head } = this.#timeline;
    return this.#attempt(async (signal) => {
      const run = await this.#runs.find(direction < 0 ? rev : Math.min(head, rev + 1), signal);
      if (run) this.#choose(direction < 0 ? run.from : Math.min(head, run.to));
    });
  }

  async #name(field: HTMLInputElement): Promise<void> {
    const name = field.value.trim();
    if (name === "") return;
    await this.#attempt(async (signal) => {
      await this.#lists.name(name, this.#timeline.rev, signal);
      field.value = "";
    });
  }

  /** Brings the text on show back, after asking; then goes on with the live one. */
  async #restore(): Promise<void> {
    this.#timeline.pause();
    const { rev } = this.#timeline;
    const known = this.#past.known(rev);
    const when = known ? time(known.at) : `revision ${count(rev)}`;
    if (!(await confirmRestore(when))) return;
    await this.#attempt(async (signal) => {
      const { appended } = await rest.restore(this.#doc.id, { rev }, { signal });
      this.#leave(appended ? `The text of ${when} is back.` : "That is what the text is already.");
    });
  }

  /** Follows the document, where the newest moment is on show. */
  #growSoon(): void {
    this.#growing ??= setTimeout(() => {
      this.#growing = undefined;
      const isAtEnd = this.#timeline.rev >= this.#timeline.head;
      this.#timeline.head = this.#doc.rev;
      if (isAtEnd && !this.#timeline.isPlaying) this.#choose(this.#doc.rev);
      void this.#attempt((signal) => this.#lists.refresh(signal));
    }, behind);
  }

  #meet(): void {
    const met = Object.entries(this.#doc.peers).map(([client, { user, state }]) =>
      this.#people.meet(client, user, state),
    );
    if (met.includes(true)) this.#lists.show();
  }

  /** Offers to write only those who may. */
  #allow(): void {
    const button = byId("button", "history-restore");
    button.hidden = !this.#mayWrite;
    button.disabled = this.#timeline.rev >= this.#timeline.head;
  }

  async #attempt(deed: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#visit;
    try {
      await deed(signal);
    } catch (error) {
      if (signal.aborted) return;
      byId("p", "history-problem").textContent = `That did not work: ${reason(error)}.`;
    }
  }

  #words(rev: number): string {
    const known = this.#past.known(rev);
    const run = this.#runs.at(rev);
    const about = run && `${span(run)}, ${names(run, this.#people)}`;
    const when = known ? moment(known, this.#people) : about;
    const where = `revision ${count(rev)} of ${count(this.#timeline.head)}`;
    return when ? `${when}, ${where}` : where;
  }
}

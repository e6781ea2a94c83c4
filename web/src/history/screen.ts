/** What is shown of a moment: its text, what is marked in it, and what is said of it. */
import { RestError } from "coscribe/rest";
import { byId } from "../dom.ts";
import { reason } from "../words.ts";
import { explainOnHover } from "./hover.ts";
import { Latest } from "./latest.ts";
import { hideLegend, showLegend } from "./legend.ts";
import { Paper } from "./paper.ts";
import type { Committed, Past } from "./past.ts";
import type { People } from "./people.ts";
import type { Runs } from "./runs.ts";
import type { Timeline } from "./timeline.ts";
import { type Span, View } from "./view.ts";
import { count, moment, time } from "./words.ts";

/** How long a text may be whose authors are always shown, in UTF-16 code units. */
const brief = 20_000;
/** How long a moment is on show before more is asked of it, in milliseconds. */
const settled = 300;

/** What a screen shows, and where. */
export interface Subject {
  readonly past: Past;
  readonly runs: Runs;
  readonly people: People;
  readonly timeline: Timeline;
  readonly isPlain: boolean;
  /** Told when a moment has come on show. */
  readonly onShown: (rev: number) => void;
}

export class Screen {
  readonly #subject: Subject;
  readonly #paper: Paper;
  readonly #view: View;
  readonly #latest = new Latest();
  readonly #marks = byId("select", "history-marks");
  readonly #authors = byId("input", "history-authors");
  readonly #problem = byId("p", "history-problem");
  #pinned = 0;
  /** Ends when another moment is shown. */
  #moment = new AbortController();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#paper = new Paper(byId("div", "past"), (user) => subject.people.look(user).color);
    this.#paper.root.classList.toggle("plain", subject.isPlain);
    this.#view = new View(subject.past, this.#paper);
    explainOnHover(this.#paper, (place) => this.#explain(place));
    const again = () => void this.show(subject.timeline.rev);
    this.#marks.addEventListener("change", again);
    this.#authors.addEventListener("change", again);
    byId("button", "history-pin").addEventListener("click", () => this.#pin());
  }

  /** Resolves when the moment is on show, or was passed by. */
  show(rev: number): Promise<void> {
    this.#moment.abort();
    this.#moment = new AbortController();
    return this.#latest.do((signal) => this.#show(rev, signal));
  }

  stop(): void {
    this.#latest.stop();
    this.#moment.abort();
  }

  async #show(rev: number, signal: AbortSignal): Promise<void> {
    const { past, runs } = this.#subject;
    try {
      const committed = past.committed(rev, signal);
      committed.catch(() => undefined); // whoever waits for it hears of it
      const isSlow = this.#marks.value === "run" && rev > 0 && !runs.at(rev);
      if (isSlow) {
        await this.#view.plain(rev, signal);
        this.#view.paint(false);
        this.#tell(rev, await committed);
      }
      this.#problem.textContent = "";
      await this.#take(rev, await this.#span(rev, signal), signal);
      await this.#paint(rev, signal);
      this.#tell(rev, await committed);
    } catch (error) {
      if (!signal.aborted) await this.#cannot(error, rev, signal);
    }
  }

  /** Takes the text, with marks where there is something to compare it with. */
  async #take(rev: number, span: Span | undefined, signal: AbortSignal): Promise<void> {
    if (!span || span.from >= span.to) return this.#view.plain(rev, signal);
    try {
      await this.#view.compare(span, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      await this.#view.plain(rev, signal);
      this.#problem.textContent = "What to compare it with is no longer kept: nothing is marked.";
    }
  }

  async #paint(rev: number, signal: AbortSignal): Promise<void> {
    const only = this.#onlyAuthor(rev);
    if (only !== undefined) this.#view.creditNew(only);
    const everything = this.#authors.checked;
    const credits = everything ? await this.#view.credit(signal) : undefined;
    this.#view.paint(everything);
    if (credits) showLegend(credits, this.#subject.people, this.#paper);
    else hideLegend();
    if (!credits && only === undefined) this.#creditSoon();
    if (!byId("input", "history-slider").matches(":active")) this.#showChanges();
  }

  /** What is to be compared; `undefined` where nothing is. */
  async #span(rev: number, signal: AbortSignal): Promise<Span | undefined> {
    switch (this.#marks.value) {
      case "run": {
        const run = await this.#subject.runs.find(rev, signal);
        return run && { from: run.from, to: rev };
      }
      case "since":
        return { from: rev, to: this.#subject.timeline.head };
      case "pinned":
        return { from: Math.min(rev, this.#pinned), to: Math.max(rev, this.#pinned) };
    }
    return undefined;
  }

  /** Who wrote all that is new, where it is marked what a run of one person changed. */
  #onlyAuthor(rev: number): string | undefined {
    if (this.#marks.value !== "run") return undefined;
    const { users = [] } = this.#subject.runs.at(rev) ?? {};
    return users.length === 1 ? users[0] : undefined;
  }

  /**
   * Finds the authors of what is marked as new, when the slider has come to
   * rest: who wrote what is the largest answer, so that of a long text it is
   * not asked for unless someone wants to see it.
   */
  #creditSoon(): void {
    if (this.#view.length > brief || this.#paper.changes.length === 0) return;
    const { signal } = this.#moment;
    setTimeout(async () => {
      if (signal.aborted || this.#subject.timeline.isPlaying) return;
      const found = await this.#view.credit(signal).catch(() => undefined);
      if (found && !signal.aborted) this.#view.paint(this.#authors.checked);
    }, settled);
  }

  /** Brings a change into view where there is none. */
  #showChanges(): void {
    const changes = [...this.#paper.changes].slice(0, 500);
    const isSeen = (node: HTMLElement) => {
      const { top, bottom } = node.getBoundingClientRect();
      return bottom > byId("section", "history").offsetTop + 120 && top < innerHeight;
    };
    if (!changes.some(isSeen)) changes[0]?.scrollIntoView({ block: "center" });
  }

  /** Shows the end of a squashed run in place of a moment in it. */
  async #cannot(error: unknown, rev: number, signal: AbortSignal): Promise<void> {
    const wasKnown = this.#subject.past.known(rev) !== undefined;
    const kept = isGone(error) && !wasKnown ? await this.#kept(rev, signal) : undefined;
    if (signal.aborted) return;
    if (!kept) {
      this.#problem.textContent = `It cannot be shown: ${reason(error)}.`;
      return;
    }
    this.#subject.timeline.rev = kept.rev;
    await this.#show(kept.rev, signal);
  }

  async #kept(rev: number, signal: AbortSignal): Promise<Committed | undefined> {
    const { past, runs } = this.#subject;
    const run = await runs.find(rev, signal).catch(() => undefined);
    return run && past.squashed(rev, run.from, signal).catch(() => undefined);
  }

  #tell(rev: number, committed: Committed): void {
    const when = moment(committed, this.#subject.people);
    byId("strong", "history-when").textContent = when;
    const { head } = this.#subject.timeline;
    byId("span", "history-rev").textContent = `revision ${count(rev)} of ${count(head)}`;
    this.#paper.root.ariaLabel = `Text of ${this.#subject.past.id} at ${when}`;
    this.#subject.timeline.tell();
    this.#subject.onShown(rev);
  }

  /** From now on the difference from this moment is marked. */
  #pin(): void {
    const { past, people, timeline } = this.#subject;
    this.#pinned = timeline.rev;
    const option = this.#marks.querySelector<HTMLOptionElement>("[value=pinned]");
    if (!option) return;
    const known = past.known(this.#pinned);
    option.disabled = false;
    option.textContent = `the difference from ${known ? moment(known, people) : "there"}`;
    this.#marks.value = "pinned";
    void this.show(timeline.rev);
  }

  async #explain(place: number): Promise<string | undefined> {
    const { signal } = this.#moment;
    const credit = await this.#view.creditAt(place, signal).catch(() => undefined);
    return credit && `${this.#subject.people.look(credit.user).name}, ${time(credit.at)}`;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof RestError && error.status === 410;
}

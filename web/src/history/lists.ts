/** What is listed beside the old text, and the deeds on it: runs and named versions. */
import type { Rest, Version } from "coscribe/rest";
import { byId } from "../dom.ts";
import { markRun, showRuns, showVersions } from "./entries.ts";
import type { People } from "./people.ts";
import { showPins, showRibbon } from "./ribbon.ts";
import type { Runs } from "./runs.ts";
import type { Timeline } from "./timeline.ts";

/** Does something, and answers what goes wrong with it. */
export type Attempt = (deed: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/** What the lists are of. */
export interface Listed {
  readonly id: string;
  readonly rest: Rest;
  readonly runs: Runs;
  readonly people: People;
  readonly timeline: Timeline;
  /** Someone has chosen a moment of a list. */
  readonly choose: (rev: number) => void;
  /** Does something for as long as the history is open, and says what goes wrong. */
  readonly attempt: Attempt;
}

export class Lists {
  readonly #of: Listed;
  #versions: readonly Version[] = [];
  #mayWrite = false;

  constructor(of: Listed) {
    this.#of = of;
  }

  /** Shows what is known; names can be given and taken by those who may write. */
  show(mayWrite = this.#mayWrite): void {
    this.#mayWrite = mayWrite;
    const { runs, people, timeline, choose } = this.#of;
    showRuns(runs.known, people, ({ to }) => choose(to));
    markRun(runs.at(timeline.rev));
    showVersions(this.#versions, people, {
      choose: ({ rev }) => choose(rev),
      remove: mayWrite ? (version) => void this.#remove(version) : undefined,
    });
    showRibbon(runs.known, timeline.head, people);
    showPins(this.#versions, timeline.head);
    byId("form", "history-name").hidden = !mayWrite;
    byId("button", "history-earlier").hidden = !runs.hasEarlier;
  }

  /** Fetches what is new, all versions and the newest runs. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { rest, id, runs, timeline } = this.#of;
    const versions: Version[] = [];
    const list = async () => {
      for await (const each of rest.listVersions(id, { limit: 1000, signal })) versions.push(each);
    };
    await Promise.all([runs.refresh(timeline.head, signal), list()]);
    this.#versions = versions;
    this.show();
  }

  /** Fetches the runs before those that are shown. */
  async earlier(signal: AbortSignal): Promise<void> {
    const { runs, timeline } = this.#of;
    await runs.loadEarlier(timeline.head, signal);
    this.show();
  }

  async name(name: string, rev: number, signal: AbortSignal): Promise<void> {
    const { rest, id } = this.#of;
    await rest.createVersion(id, { name, rev }, { signal });
    await this.refresh(signal);
  }

  #remove({ id: version }: Version): Promise<void> {
    const { rest, id, attempt } = this.#of;
    return attempt(async (signal) => {
      await rest.deleteVersion(id, version, { signal });
      await this.refresh(signal);
    });
  }
}

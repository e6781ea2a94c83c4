/** Something that takes a while and can be given up. */
export type Job = (signal: AbortSignal) => Promise<void>;

/** How long a job goes on although a newer one waits, in milliseconds. */
const patience = 400;

interface Waiting {
  readonly job: Job;
  readonly over: () => void;
}

/**
 * Does one job at a time, and next the newest: those between are dropped. So a
 * slider that is dragged shows something on the way, and asks for no more than
 * the server can answer.
 */
export class Latest {
  #running: AbortController | undefined;
  #next: Waiting | undefined;

  /** Resolves when the job is done, was given up or dropped. A job never rejects. */
  do(job: Job): Promise<void> {
    return new Promise((over) => {
      this.#next?.over();
      this.#next = { job, over };
      const running = this.#running;
      if (!running) void this.#go();
      else setTimeout(() => this.#running === running && running.abort(), patience);
    });
  }

  /** Gives up what is under way and what waits. */
  stop(): void {
    this.#next?.over();
    this.#next = undefined;
    this.#running?.abort();
  }

  async #go(): Promise<void> {
    for (let next = this.#next; next; next = this.#next) {
      this.#next = undefined;
      this.#running = new AbortController();
      await next.job(this.#running.signal);
      next.over();
    }
    this.#running = undefined;
  }
}

/** A token, or what gives one: asked at each connect and before the token runs out. */
export type TokenSource = string | (() => string | Promise<string>);

/** The longest that a timer can run. */
const longest = 2 ** 31 - 1;
const again = 5_000;

/** Gets a new token in time before the old one runs out. */
export class Renewal {
  readonly #renew: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(renew: () => Promise<void>) {
    this.#renew = renew;
  }

  /** Renews a minute before that time, or when four fifths of the time until then are over. */
  before(expires: string): void {
    const left = Date.parse(expires) - Date.now();
    this.#after(Math.max(left - 60_000, left * 0.8, 1_000));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #after(ms: number): void {
    this.stop();
    if (!Number.isFinite(ms)) return;
    const part = Math.min(ms, longest);
    this.#timer = setTimeout(() => (ms > part ? this.#after(ms - part) : this.#run()), part);
  }

  #run(): void {
    // Where no token can be had now there is some time left to ask again.
    this.#renew().catch(() => this.#after(again));
  }
}

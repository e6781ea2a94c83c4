const silence = 25_000;
const patience = 10_000;

/** Finds out that a connection is dead though nobody has closed it. */
export class Heartbeat {
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ping: () => void, dead: () => void) {
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Something has arrived: all is well. */
  beat(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.expect();
      this.#ping();
    }, silence);
  }

  /** Something has to arrive soon. */
  expect(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#dead, patience);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

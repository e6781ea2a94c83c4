/** The slider through a document's revisions, and the buttons beside it. */
import { byId } from "../dom.ts";

/** How many steps a journey from end to end takes at least, where there are so many revisions. */
const frames = 150;
/** How long each step of it is shown at least and at most, in milliseconds. */
const [shortest, longest] = [70, 500];
/** How long a journey takes that is neither very short nor very long, in milliseconds. */
const journey = 12_000;

/** What a timeline needs of the page. */
export interface Traveller {
  /** The slider was moved. Resolves when the moment is on show, or was passed by. */
  go(rev: number): Promise<void>;
  /** Goes to where the run of editing before or after ends. */
  leap(direction: -1 | 1): void;
  /** The moment in words, as far as it is known. */
  words(rev: number): string;
}

export class Timeline {
  readonly #slider = byId("input", "history-slider");
  readonly #play = byId("button", "history-play");
  readonly #traveller: Traveller;
  #journey: AbortController | undefined;

  constructor(traveller: Traveller) {
    this.#traveller = traveller;
    this.#slider.addEventListener("input", () => {
      this.pause();
      void this.#moved();
    });
    this.#slider.addEventListener("keydown", (event) => {
      const direction = { PageUp: 1, PageDown: -1 }[event.key] as -1 | 1 | undefined;
      if (direction === undefined) return;
      event.preventDefault();
      this.#leap(direction);
    });
    byId("button", "history-back").addEventListener("click", () => this.#leap(-1));
    byId("button", "history-on").addEventListener("click", () => this.#leap(1));
    this.#play.addEventListener("click", () => (this.#journey ? this.pause() : this.#travel()));
  }

  get rev(): number {
    return this.#slider.valueAsNumber;
  }

  /** Moves the slider without going there. */
  set rev(rev: number) {
    this.#slider.value = String(rev);
    this.tell();
  }

  get head(): number {
    return Number(this.#slider.max);
  }

  set head(rev: number) {
    this.#slider.max = String(rev);
    this.tell();
  }

  /** Says anew where the slider is: more may be known of it. */
  tell(): void {
    this.#slider.ariaValueText = this.#traveller.words(this.rev);
  }

  get isPlaying(): boolean {
    return this.#journey !== undefined;
  }

  focus(): void {
    this.#slider.focus();
  }

  pause(): void {
    this.#journey?.abort();
    this.#journey = undefined;
    this.#showPlay();
  }

  #moved(): Promise<void> {
    this.tell();
    return this.#traveller.go(this.rev);
  }

  #leap(direction: -1 | 1): void {
    this.pause();
    this.#traveller.leap(direction);
  }

  /** Goes to the head step by step; from the head it begins at the beginning. */
  async #travel(): Promise<void> {
    this.#journey = new AbortController();
    const { signal } = this.#journey;
    this.#showPlay();
    if (this.rev >= this.head) this.rev = 0;
    const step = Math.max(1, Math.ceil((this.head - this.rev) / frames));
    const pause = Math.min(longest, Math.max(shortest, (journey * step) / (this.head - this.rev)));
    while (!signal.aborted) {
      const shown = new Promise((resolve) => setTimeout(resolve, pause));
      await this.#moved();
      await shown;
      if (this.rev >= this.head) break;
      if (!signal.aborted) this.rev = Math.min(this.head, this.rev + step);
    }
    if (!signal.aborted) this.pause();
  }

  #showPlay(): void {
    const playing = this.#journey !== undefined;
    this.#play.ariaLabel = playing ? "Pause" : "Play";
    const [play, pause] = this.#play.children;
    play?.toggleAttribute("hidden", playing);
    pause?.toggleAttribute("hidden", !playing);
  }
}

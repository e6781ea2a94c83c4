/** Keeps the answers that were used last, and asks for the others. */
export class Cache<Answer> {
  readonly #most: number;
  readonly #answers = new Map<string, Answer>();

  /** Keeps at most so many. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The answer of this key; what is asked for and given up is not kept. */
  async get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#answers.get(key) ?? (await ask());
    this.put(key, answer);
    return answer;
  }

  put(key: string, answer: Answer): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#most && oldest !== undefined) this.#answers.delete(oldest);
  }

  /** The answer if it is there. */
  peek(key: string): Answer | undefined {
    return this.#answers.get(key);
  }
}

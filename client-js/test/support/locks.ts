/** Locks like those of a browser, for pages that the test makes: as much as is used of them. */
export class FakeLocks {
  readonly #held = new Set<string>();
  readonly #queue: { name: string; grant: () => void }[] = [];

  request(
    name: string,
    { ifAvailable, signal }: { ifAvailable?: boolean; signal?: AbortSignal },
    callback: (lock: object | null) => unknown,
  ): Promise<unknown> {
    if (!this.#held.has(name)) return this.#hold(name, callback);
    if (ifAvailable) return Promise.resolve(callback(null));
    return new Promise((resolve, reject) => {
      const waiting = { name, grant: () => resolve(this.#hold(name, callback)) };
      this.#queue.push(waiting);
      signal?.addEventListener("abort", () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(signal.reason);
      });
    });
  }

  async #hold(name: string, callback: (lock: object) => unknown): Promise<unknown> {
    this.#held.add(name);
    try {
      return await callback({ name });
    } finally {
      this.#held.delete(name);
      const next = this.#queue.findIndex((waiting) => waiting.name === name);
      if (next >= 0) this.#queue.splice(next, 1)[0]?.grant();
    }
  }
}

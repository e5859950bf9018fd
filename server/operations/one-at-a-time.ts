/** Of each name one piece of work at a time, in the order in which they were asked for. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Answers, or rejects, as the work does. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(name, mine);
    return await mine;
  }
}

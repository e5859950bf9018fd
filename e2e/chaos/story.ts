/** What happened in a round, by the milliseconds since it began; printed where the round fails. */
export class Story {
  readonly #startedAt = performance.now();
  readonly #lines: string[] = [];

  tell(text: string): void {
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#lines.push(`${String(ms).padStart(7)} ms  ${text}`);
  }

  text(): string {
    return this.#lines.join('\n');
  }
}

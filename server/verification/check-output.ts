/** Longer ones are told short. */
const maxProblems = 5;

/** Reads what mariadb-check prints, line by line: "shop.orders   OK", or the table's name and below it what is wrong. */
export class CheckOutput {
  #rest = '';
  #table = '';
  #checked = 0;
  readonly #problems: string[] = [];
  #found = 0;

  take(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#see(line.trim());
  }

  /** Tables that it looked at. */
  get checked(): number {
    return this.#checked;
  }

  /** What is wrong, in a sentence that names tables; null: nothing. */
  get problem(): string | null {
    if (this.#found === 0) return null;
    const more = this.#found - this.#problems.length;
    return `${this.#problems.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  }

  #see(line: string): void {
    const said = /^(error|warning|note|status|info)\s*:\s*(.*)$/i.exec(line);
    if (said?.[1]?.toLowerCase() === 'error') {
      this.#found += 1;
      if (this.#problems.length < maxProblems) this.#problems.push(`${this.#table}: ${said[2]}`);
    } else if (said === null && line !== '') {
      this.#checked += 1;
      this.#table = line.replace(/\s+OK$/, '');
    }
  }
}

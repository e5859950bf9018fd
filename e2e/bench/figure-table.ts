/** What a figure is held against. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** A row a figure, with its bound and whether it is kept, where it has one. */
export function figureTable(name: string, figures: object, bounds: Readonly<Record<string, Bound>> = {}): string {
  const rows = Object.entries(figures).map(([key, value]) => {
    const shown = typeof value === 'number' ? value.toFixed(2) : JSON.stringify(value);
    const bound = bounds[key];
    return `  ${key.padEnd(32)} ${shown}${bound ? verdict(Number(value), bound) : ''}\n`;
  });
  return `\n${name}\n${rows.join('')}`;
}

function verdict(value: number, bound: Bound): string {
  const [words, kept] =
    'atMost' in bound
      ? [`at most ${bound.atMost}`, value <= bound.atMost]
      : [`at least ${bound.atLeast}`, value >= bound.atLeast];
  return `, ${words}: ${kept ? 'kept' : 'NOT KEPT'}`;
}

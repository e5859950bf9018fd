export interface Column<Row> {
  readonly title: string;
  /** Numbers stand right, so that their digits stand below each other. */
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** Lines of a table: titles, then a line a row, two spaces between columns. Columns that are empty in all rows are left out. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const filled = columns
    .map(({ title, align, cell }) => ({ title, align, cells: rows.map(cell) }))
    .filter(({ cells }) => cells.some((text) => text !== ''));
  const padded = filled.map(({ title, align, cells }) => {
    const width = Math.max(title.length, ...cells.map((text) => text.length));
    return [title, ...cells].map((text) => (align === 'right' ? text.padStart(width) : text.padEnd(width)));
  });
  return Array.from({ length: rows.length + 1 }, (_, line) =>
    padded
      .map((cells) => cells[line] ?? '')
      .join('  ')
      .trimEnd(),
  );
}

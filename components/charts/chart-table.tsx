import { seriesFacts } from './aligned.ts';

/** The same as the drawing, in numbers. */
export function ChartTable({
  title,
  note,
  servers,
  rows,
  tell,
}: {
  title: string;
  note: string;
  servers: readonly string[];
  rows: readonly (readonly (number | null)[])[];
  tell: (value: number) => string;
}) {
  const written = (value: number | null): string => (value === null ? 'no number' : tell(value));
  return (
    <details className="text-sm text-soft">
      <summary className="target link">As a table ›</summary>
      <p className="mb-2">{note}</p>
      <table className="table max-w-2xl">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Last</th>
            <th scope="col">Highest</th>
            <th scope="col">Average</th>
            <th scope="col">Without a number</th>
          </tr>
        </thead>
        <tbody>
          {servers.map((server, place) => {
            const facts = seriesFacts(rows[place] ?? []);
            return (
              <tr key={server}>
                <th scope="row">{server}</th>
                <td data-label="Last">{written(facts.last)}</td>
                <td data-label="Highest">{written(facts.highest)}</td>
                <td data-label="Average">{written(facts.average)}</td>
                <td data-label="Without a number">{Math.round(facts.unknown * 100)} % of the time</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}

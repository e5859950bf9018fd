import type { Dump } from '../contract/dumps.ts';

/** The page of GET /backups/ for people: no script, no style from elsewhere. */
export function listingPage(server: string, backups: readonly Dump[]): string {
  const rows = backups.map(
    (backup) => `<tr>
  <td><a href="${escape(backup.name)}">${escape(backup.name)}</a></td>
  <td><a href="${escape(backup.name)}.json">manifest</a></td>
  <td>${escape(methodText(backup))}</td>
  <td class="number">${backup.bytes}</td>
  <td>${escape(backup.endedAt)}</td>
  <td><code>${escape(backup.gtid)}</code></td>
  <td><code>${escape(backup.sha256)}</code></td>
</tr>`,
  );
  const table = `<table>
<thead><tr><th>Name</th><th></th><th>Method</th><th>Bytes</th><th>Ended</th><th>GTID position</th><th>SHA-256</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p>The newest that is whole by itself is always at <a href="latest">latest</a>, all of them for programs at <a href="index.json">index.json</a>.</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Backups of ${escape(server)}</title>
<style>body { font: 1rem/1.5 system-ui; margin: 2rem } td, th { padding: .2rem .8rem; text-align: left } .number { text-align: right }</style>
<h1>Backups of ${escape(server)}</h1>
${backups.length === 0 ? '<p>There is no backup yet.</p>' : table}
</html>
`;
}

function methodText({ method, base, database }: Dump): string {
  if (base !== null) return `${method} on ${base}`;
  return database === null ? method : `${method} of ${database}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

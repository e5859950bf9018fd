import type { DumpManifest } from '../contract/dumps.ts';

/** The page of GET /backups/ for people: no script, no style from elsewhere. */
export function listingPage(server: string, backups: readonly DumpManifest[]): string {
  const rows = backups.map(
    (backup) => `<tr>
  <td><a href="${escape(backup.name)}">${escape(backup.name)}</a></td>
  <td><a href="${escape(backup.name)}.json">manifest</a></td>
  <td class="number">${backup.bytes}</td>
  <td>${escape(backup.endedAt)}</td>
  <td><code>${escape(backup.gtid)}</code></td>
  <td><code>${escape(backup.sha256)}</code></td>
</tr>`,
  );
  const table = `<table>
<thead><tr><th>Name</th><th></th><th>Bytes</th><th>Ended</th><th>GTID position</th><th>SHA-256</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p>The newest is always at <a href="latest">latest</a>.</p>`;
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

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

import { clsx } from 'clsx';
import type { GaleraView, NodeEvidence } from '../../server/contract/galera.ts';

/** Why nodes that are not there do not start or join: what their agents met, and what the end of their error logs tells. */
export function NodeLogs({ view }: { view: GaleraView }) {
  const told = view.evidence.flatMap((report) => {
    if (report.kind === 'unknown' || serves(report.evidence)) return [];
    const error = view.work.find(({ name }) => name === report.name)?.work.error ?? null;
    const log = report.evidence.errorLog;
    const lines = log.kind === 'read' ? log.lines : [];
    if (error === null && lines.length === 0) return [];
    return [{ name: report.name, error, lines, where: log.kind === 'read' ? log.file : log.reason }];
  });
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="logs-heading" className="mt-8">
      <h2 id="logs-heading" className="mb-1 text-sm font-medium text-faint">
        What the error logs tell
      </h2>
      {told.map(({ name, error, lines, where }) => (
        <details key={name} className="border-t border-line py-2" open={lines.some(isError)}>
          <summary className="target">
            <span className="font-medium">{name}</span>{' '}
            <span className="text-soft">{error ?? lines.findLast(isError)?.replace(/^.*\[ERROR\] /, '') ?? where}</span>
          </summary>
          <pre className="sql mt-1.5">
            {lines.map((line, place) => (
              // Two lines of a log may be alike.
              <span key={`${place} ${line}`} className={clsx('block', isError(line) ? 'text-ink' : 'text-soft')}>
                {line}
              </span>
            ))}
          </pre>
          <p className="mt-1 text-sm text-faint">{where}</p>
        </details>
      ))}
    </section>
  );
}

function serves({ alive }: NodeEvidence): boolean {
  return alive.kind === 'serving' && alive.status.clusterStatus === 'primary';
}

const isError = (line: string): boolean => line.includes('[ERROR]');

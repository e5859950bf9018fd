import { clsx } from 'clsx';
import type { NodeEvidence } from '../../server/contract/galera-evidence.ts';
import type { GaleraView } from '../../server/contract/galera.ts';

/** Why nodes that are not there do not start or join: what their agents met, and what the end of their error logs tells. */
export function NodeLogs({ view }: { view: GaleraView }) {
  const told = view.evidence.flatMap((report) => {
    if (report.kind === 'unknown' || serves(report.evidence)) return [];
    const met = view.work.find(({ name }) => name === report.name)?.work.error ?? null;
    const log = report.evidence.errorLog;
    const lines = log.kind === 'read' ? log.lines : [];
    if (met === null && lines.length === 0) return [];
    return [{ name: report.name, met, lines, where: log.kind === 'read' ? log.file : log.reason }];
  });
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="logs-heading" className="mt-8">
      <h2 id="logs-heading" className="mb-1 text-sm font-medium text-faint">
        Why they are down
      </h2>
      {told.map((one) => (
        <NodeLog key={one.name} {...one} />
      ))}
    </section>
  );
}

function NodeLog({
  name,
  met,
  lines,
  where,
}: {
  name: string;
  met: string | null;
  lines: readonly string[];
  where: string;
}) {
  // What comes behind the first error follows from it.
  const failed = lines.find(isError);
  const why = failed?.replace(/^.*?\[ERROR\] /, '') ?? met;
  return (
    <div className="border-t border-line py-2">
      <p className="[overflow-wrap:anywhere]">
        <span className="mr-3 inline-block font-medium">{name}</span>
        <span className={why === null ? 'text-soft' : undefined}>{why ?? 'No error since its last start.'}</span>
      </p>
      {lines.length > 0 && (
        <details open={failed !== undefined}>
          <summary className="target link text-sm">
            {lines.length === 1 ? 'the line of its error log' : `the ${lines.length} telling lines of its error log`} ›
          </summary>
          <pre className="sql mt-1.5">
            {lines.map((line, place) => (
              // Two lines of a log may be alike.
              <span key={`${place} ${line}`} className={clsx('block', isError(line) && 'font-semibold text-ink')}>
                {line}
              </span>
            ))}
          </pre>
          <p className="mt-1 break-all text-sm text-faint">{where}</p>
        </details>
      )}
    </div>
  );
}

function serves({ alive }: NodeEvidence): boolean {
  return alive.kind === 'serving' && alive.status.clusterStatus === 'primary';
}

const isError = (line: string): boolean => line.includes('[ERROR]');

import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { Decision, GaleraView, NodeReport } from '../../contract/galera.ts';
import { table } from '../terminal/table.ts';

/** Where things stand, a row a node, and the reasons. */
export function decisionLines({ text, doubts, notes, nodes, recommended, verdict }: Decision): string[] {
  return [
    `${verdict}: ${text}`,
    ...doubts.map((doubt) => `  ! ${doubt}`),
    ...notes.map((note) => `  · ${note}`),
    '',
    ...table<Decision['nodes'][number]>(
      [
        { title: '', cell: ({ name }) => (name === recommended ? '→' : '') },
        { title: 'NODE', cell: ({ name }) => name },
        { title: 'STATE', cell: ({ alive }) => alive },
        { title: 'HISTORY', cell: ({ uuid }) => uuid?.slice(0, 8) ?? '' },
        { title: 'SEQNO', align: 'right', cell: ({ seqno }) => seqno ?? '' },
        { title: 'SAFE', cell: ({ safeToBootstrap }) => (safeToBootstrap === null ? '' : safeToBootstrap ? '1' : '0') },
        { title: 'WHY', cell: ({ reason }) => reason },
      ],
      nodes,
    ),
  ];
}

/** Why nodes that are not there do not start or join: what their agents met, and the errors in their logs. */
export function failureLines({ evidence, work }: GaleraView): string[] {
  return evidence.flatMap((report) => {
    if (report.kind === 'unknown') return [];
    const { alive, errorLog } = report.evidence;
    if (alive.kind === 'serving' && alive.status.clusterStatus === 'primary') return [];
    const met = work.find(({ name }) => name === report.name)?.work.error ?? null;
    const errors = errorLog.kind === 'read' ? errorLog.lines.filter((line) => line.includes('[ERROR]')) : [];
    if (met === null && errors.length === 0) return [];
    return ['', `${report.name}${met === null ? '' : `: ${met}`}`, ...errors.map((line) => `  ${line}`)];
  });
}

/** All that one node's agent has read. */
export function evidenceLines(report: NodeReport): string[] {
  if (report.kind === 'unknown') return [`${report.name}: nothing is known: ${report.reason}`, ''];
  const { alive, grastate, gvwstate, recovered, transferLeftovers, bootstrapSwitches, dataDirectory } = report.evidence;
  const shown = (state: typeof grastate | typeof gvwstate): string[] =>
    'raw' in state ? state.raw.trimEnd().split('\n') : [state.kind === 'unreadable' ? state.error : state.kind];
  return [
    `${report.name}: ${alive.kind}, read at ${report.observedAt}, data in ${dataDirectory}`,
    `  recovered: ${recovered.kind === 'position' ? `${recovered.uuid}:${recovered.seqno}${recovered.gtid ? `,${recovered.gtid}` : ''}` : recovered.reason}`,
    ...transferLeftovers.map((name) => `  left by a state transfer: ${name}`),
    ...bootstrapSwitches.map((found) => `  next start would bootstrap: ${found}`),
    '  grastate.dat',
    ...shown(grastate).map((line) => `    ${line}`),
    '  gvwstate.dat',
    ...shown(gvwstate).map((line) => `    ${line}`),
    ...errorLogLines(report.evidence),
    '',
  ];
}

function errorLogLines({ alive, errorLog }: NodeEvidence): string[] {
  if (errorLog.kind === 'not-read')
    return alive.kind === 'serving' ? [] : [`  error log: not read: ${errorLog.reason}`];
  if (errorLog.lines.length === 0) return [`  ${errorLog.file} tells nothing of why`];
  return [`  ${errorLog.file}`, ...errorLog.lines.map((line) => `    ${line}`)];
}

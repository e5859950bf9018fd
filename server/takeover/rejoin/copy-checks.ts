import type { Check } from '../../contract/takeover.ts';
import type { DataDirectory } from '../../contract/reseed.ts';
import { byteText } from './copy-progress.ts';
import { block, pass, warn } from './rejoin-finding.ts';
import type { CopyInput, DataLook, RejoinInput } from './rejoin-input.ts';

/** A copy needs its own size; making it consistent, some more. */
const MARGIN = 1.1;

/** What the exchange of the server's data for a copy of the primary's needs; [] where its data stay. */
export function copyChecks({ server, primary, copy }: RejoinInput): Check[] {
  return copy === null || primary === null ? [] : judgeCopy(server.name, primary.name, copy);
}

/** The same, from what both agents say. */
export function judgeCopy(server: string, primary: string, copy: CopyInput): Check[] {
  const [own, source] = [seen(copy.own), seen(copy.source)];
  return [
    ...agents(server, primary, copy),
    ...(own ? exchange(server, own) : []),
    ...(source ? offered(primary, source, copy) : []),
    ...(own && source ? [...space(server, own, source), ...versions(server, primary, own, source)] : []),
  ];
}

function seen(look: DataLook): DataDirectory | null {
  return look.kind === 'seen' ? look.data : null;
}

function agents(server: string, primary: string, { own, source }: CopyInput): Check[] {
  return [
    agent('own-agent', server, own, 'stop it and exchange its data'),
    agent('source-agent', primary, source, 'copy its data'),
  ];
}

function agent(code: string, server: string, look: DataLook, does: string): Check {
  if (look.kind === 'seen') return pass(code, server, `The agent of ${server} can ${does}`);
  if (look.kind === 'none')
    return block(code, server, `${server} has no agent, which would ${does}`, `Start baton agent beside ${server}.`);
  return block(code, server, `The agent of ${server} can't ${does}: ${look.text}`, 'See that it runs, and its log.');
}

function exchange(server: string, { obstacles, path }: DataDirectory): Check[] {
  if (obstacles.length === 0) return [pass('data-exchangeable', server, `${path} can be exchanged for a copy`)];
  return obstacles.map(({ text, fix }) => block('data-exchangeable', server, `On ${server}: ${text}`, fix));
}

function offered(primary: string, { tablesElsewhere }: DataDirectory, { sourceBusy }: CopyInput): Check[] {
  return [
    tablesElsewhere
      ? block(
          'source-whole',
          primary,
          `${primary} has tables with a DATA DIRECTORY of their own: a copy would share their files`,
          'Move them into the data directory.',
        )
      : pass('source-whole', primary, `All data of ${primary} are in its data directory`),
    sourceBusy
      ? block('source-free', primary, `A backup of ${primary} is being taken`, 'Wait for its end.')
      : pass('source-free', primary, `No other backup of ${primary} is being taken`),
  ];
}

function space(server: string, { freeBytes, path }: DataDirectory, { bytes }: DataDirectory): Check[] {
  const needed = bytes * MARGIN;
  const text = `${byteText(freeBytes)} are free beside ${path}, the copy needs about ${byteText(needed)}`;
  return [
    freeBytes < needed
      ? block('disk-space', server, `On ${server} ${text}`, 'Make room: its own data are kept as well.')
      : pass('disk-space', server, text),
  ];
}

/** A physical copy is read by the version that wrote it; a later patch level reads it too. */
function versions(server: string, primary: string, own: DataDirectory, source: DataDirectory): Check[] {
  const [a, b] = [numbers(own.version), numbers(source.version)];
  const text = `${server} runs ${a.join('.')}, ${primary} ${b.join('.')}`;
  if (a[0] !== b[0] || a[1] !== b[1])
    return [
      block(
        'copy-version',
        server,
        `${text}: data are only read by the version that wrote them`,
        `Install ${b.join('.')} on ${server}.`,
      ),
    ];
  if ((a[2] ?? 0) < (b[2] ?? 0))
    return [warn('copy-version', server, `${text}: an earlier patch level may not read all that it gets`)];
  return [pass('copy-version', server, `${text}: the copy can be read`)];
}

function numbers(version: string): number[] {
  return version
    .split(/[^\d]+/)
    .slice(0, 3)
    .map(Number);
}

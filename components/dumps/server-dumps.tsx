'use client';

import { useId } from 'react';
import { bytes } from '../format/number.ts';
import { elapsed } from '../format/duration.ts';
import { useWhyNot } from '../live/use-live.ts';
import { StepMark } from '../operation/step-mark.tsx';
import { Mark, Status } from '../ui/mark.tsx';
import { Section } from '../ui/section.tsx';
import { Ago, Since } from '../ui/time.tsx';
import type { BackupFailure } from '../../server/contract/dumps.ts';
import { failureStands, methodWords, type ServerDumps } from './dump-words.ts';
import { MakeDump } from './make-dump.tsx';
import type { Making } from './making.ts';
import { NextDump } from './next-dump.tsx';
import type { CatalogueView } from './use-catalogue.ts';

/** Who makes dumps, when the next one comes, what failed last, and a dump now. */
export function ServerDumpsTable({ view }: { view: CatalogueView }) {
  const whyId = useId();
  const whyNot = useWhyNot('operate');
  return (
    <Section id="making" title="Making dumps">
      <p className="-mt-2 mb-3 max-w-3xl text-sm text-soft">
        The server goes on taking writes meanwhile. Every table is read once, so a replica is the better place.
      </p>
      {whyNot !== null && (
        <p id={whyId} className="mb-3 text-sm text-soft">
          Making one is off: {whyNot}
        </p>
      )}
      <table className="table">
        <caption className="sr-only">The servers and their dumps</caption>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Agent</th>
            <th scope="col">Next dump</th>
            <th scope="col">Last failure</th>
            <th scope="col">
              <span className="sr-only">Make a dump</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {view.catalogue.servers.map((server) => (
            <tr key={server.server}>
              <th scope="row">{server.server}</th>
              <td data-label="Agent">
                <Agent server={server} />
              </td>
              <td data-label="Next dump" className="md:whitespace-nowrap">
                <Next server={server} />
              </td>
              <td
                data-label="Last failure"
                className={server.failures.length === 0 ? undefined : 'max-md:!block max-md:!text-left'}
              >
                <Failure server={server} view={view} />
              </td>
              <td className="max-md:!block max-md:!pt-2 max-md:!text-left md:text-right">
                <MakeDump server={server} view={view} forbiddenId={whyId} />
                <div role="status" className="text-sm text-soft">
                  <Asked making={view.making(server.server)} />
                </div>
                <Refused server={server.server} view={view} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Agent({ server }: { server: ServerDumps }) {
  if (server.agent === 'up') return <Status level="normal" word="answers" />;
  if (server.agent === 'none') return <Status level="off" word="none configured" />;
  return (
    <span>
      <Status level="serious" word="does not answer" />
      {server.detail !== null && (
        <span className="block text-sm text-soft md:max-w-80 md:pl-5">
          {server.detail.replace(/\.$/, '')}. Its dumps are listed as last seen.
        </span>
      )}
    </span>
  );
}

function Next({ server }: { server: ServerDumps }) {
  if (server.nextAt !== null) return <NextDump at={server.nextAt} />;
  return <span className="text-faint">{server.agent === 'up' ? 'none scheduled' : 'unknown'}</span>;
}

const failedWork: Record<BackupFailure['work'], string> = {
  dump: 'a dump',
  mariabackup: 'a physical backup',
  verify: 'verifying',
};

function Failure({ server, view }: { server: ServerDumps; view: CatalogueView }) {
  const { failures } = server;
  if (failures.length === 0)
    return <span className="text-faint">{server.agent === 'up' ? 'none known' : 'unknown'}</span>;
  return failures.map((failure) => {
    const stands = failureStands(server.server, failure, view.catalogue.dumps);
    return (
      <span key={failure.work} className="mt-1 block text-sm first:mt-0 md:max-w-96">
        <span className="flex items-baseline gap-2">
          <Mark level={stands ? 'serious' : 'off'} className="translate-y-px" />
          <span>
            {failedWork[failure.work]} failed <Ago at={failure.at} />
            {!stands && <span className="text-faint">, made one since</span>}
          </span>
        </span>
        <span className="block break-words text-soft md:pl-5">{failure.text}</span>
      </span>
    );
  });
}

/** What became of the dump that was asked for here. */
function Asked({ making }: { making: Making }) {
  switch (making.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <span className="mt-1 inline-flex items-baseline gap-2">
          <StepMark state="running" className="translate-y-px" />
          {/* Not spoken each second: that it runs is enough. */}
          <span className="sr-only">A dump is being made.</span>
          <span aria-hidden="true">
            {bytes(making.bytes)} in <Since at={making.startedAt} />
          </span>
        </span>
      );
    case 'made':
      return (
        <span className="mt-1 block">
          Made: {methodWords[making.dump.method].text}, {bytes(making.dump.bytes)} in{' '}
          {elapsed(Date.parse(making.dump.endedAt) - Date.parse(making.dump.startedAt))}.
        </span>
      );
    case 'failed':
      return <span className="mt-1 block text-serious">It failed, and left nothing behind.</span>;
    case 'unknown':
  }
  return <span className="mt-1 block">Nobody knows how it ended: its agent does not answer any more.</span>;
}

function Refused({ server, view }: { server: string; view: CatalogueView }) {
  const refusal = view.refusal(server);
  if (refusal === null) return null;
  return (
    <p role="alert" className="mt-1 text-sm text-serious md:max-w-80">
      {refusal.kind === 'no-answer'
        ? 'The console did not answer: nobody knows whether the dump was begun. Wait for it to show up.'
        : `${refusal.message} ${refusal.next}`}
    </p>
  );
}

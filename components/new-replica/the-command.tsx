'use client';

import { useId, useState } from 'react';
import { getConnectionParameters, type Refusal } from '../../server/contract/client.ts';
import type { ConnectionParameters } from '../../server/contract/connection-parameters.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { TextField } from '../access/text-field.tsx';
import { useWhyNot } from '../live/use-live.ts';
import { Choice } from '../ui/choice.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Mark } from '../ui/mark.tsx';
import { CodeBlock } from './code-block.tsx';
import { commandText, isLoopback, masked, type Way } from './command-text.ts';

const ways: readonly { id: Way; text: string }[] = [
  { id: 'folder', text: 'In a folder of its own' },
  { id: 'host', text: 'On a host with a configured MariaDB' },
];

interface Asked {
  cluster: ClusterSnapshot;
  name: string;
  source: string;
  /** Why the name will not do. */
  blocked: string | null;
}

/** The command is asked for by a button, not with the page: it holds a password, and each time stands in the audit. */
export function TheCommand(asked: Asked) {
  const id = useId();
  const whyNot = useWhyNot('operate') ?? asked.blocked;
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [parameters, setParameters] = useState<ConnectionParameters | null>(null);
  if (parameters !== null) return <Shown {...asked} parameters={parameters} />;
  const show = async () => {
    setAsking(true);
    const answer = await getConnectionParameters(asked.cluster.name, asked.source);
    setAsking(false);
    setRefusal(answer.kind === 'ok' ? null : answer);
    if (answer.kind === 'ok') setParameters(answer.value);
  };
  return (
    <>
      <p className="max-w-4xl text-soft">
        It holds the password of the replication account and a token that reads the backups for a day. Showing it is
        written into the audit.
      </p>
      <p className="mt-3">
        <button
          type="button"
          className="btn btn-accent"
          aria-disabled={whyNot !== null || asking}
          aria-describedby={whyNot === null ? undefined : id}
          onClick={() => void (whyNot === null && !asking && show())}
        >
          {asking ? 'Asking…' : 'Show the command'}
        </button>
      </p>
      {whyNot !== null && (
        <p id={id} className="mt-1 text-sm text-faint">
          {whyNot}
        </p>
      )}
      {refusal !== null && (
        <p role="alert" className="mt-3 flex items-baseline gap-2">
          <Mark level="serious" className="translate-y-px" />
          <span>
            {refusal.message} {refusal.kind === 'refused' ? refusal.next : ''}
          </span>
        </p>
      )}
    </>
  );
}

function Shown({ cluster, name, parameters }: Asked & { parameters: ConnectionParameters }) {
  const [way, setWay] = useState<Way>('folder');
  const [host, setHost] = useState('');
  const elsewhere = !isLoopback(parameters['replication-primary-url']);
  const address = elsewhere && host === '' ? 'ADDRESS' : host;
  const wanted = { cluster: cluster.name, name, host: address, joins: cluster.sandbox };
  const chosen = ways.find((one) => one.id === way) ?? { id: way, text: '' };
  return (
    <>
      <Choice label="Where it is to run" options={ways} chosen={chosen} choose={(one) => setWay(one.id)} />
      {elsewhere && way === 'folder' && (
        <div className="mt-3">
          <TextField
            label="Its address, as the others reach it"
            problem={null}
            value={host}
            placeholder="10.0.0.14"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setHost(event.target.value.trim())}
          />
        </div>
      )}
      <CodeBlock label="The command" text={commandText(way, { ...wanted, parameters: masked(parameters) })} />
      <p className="mt-3 flex flex-wrap items-center gap-3">
        <CopyButton text={commandText(way, { ...wanted, parameters })} label="Copy the command with its secrets">
          Copy the command
        </CopyButton>
        <span className="text-sm text-faint">What is dotted here is in the copy.</span>
      </p>
      <p className="mt-2 max-w-4xl text-sm text-soft">{wayWords[way]}</p>
    </>
  );
}

const wayWords: Record<Way, string> = {
  folder:
    'Paste it into a shell in a checkout of Baton: it makes the folder and runs the server until Ctrl-C; run again, it goes on.',
  host: 'Paste it there as the user of the database, while mariadbd is down and its data directory is empty; then start mariadbd.',
};

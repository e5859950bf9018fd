'use client';

import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { serverLine } from '../status/server-line.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { CodeBlock } from './code-block.tsx';
import { Mark } from '../ui/mark.tsx';

/** The new server as the console sees it, once it knows it; until then what the console has to be told. */
export function Appears({ cluster, name }: { cluster: ClusterSnapshot; name: string }) {
  const server = cluster.servers.find((one) => one.name === name);
  return (
    <div aria-live="polite">
      {server === undefined ? (
        <Awaited cluster={cluster} name={name} />
      ) : (
        <Seen line={serverLine(server, cluster)} name={name} />
      )}
    </div>
  );
}

function Seen({ line, name }: { line: ReturnType<typeof serverLine>; name: string }) {
  return (
    <p className="flex items-baseline gap-2">
      <Mark level={line.level} className="translate-y-px" />
      <span>
        <strong className="font-medium">{name}</strong> {line.word}, {line.text}
      </span>
    </p>
  );
}

function Awaited({ cluster, name }: { cluster: ClusterSnapshot; name: string }) {
  const lines = `clusters:\n  ${cluster.name}:\n    servers:\n      ${name}: { url: "mysql://ADDRESS:PORT" }\n`;
  return (
    <>
      <p className="flex items-baseline gap-2 text-soft">
        <Mark level="off" className="translate-y-px" />
        <span>
          {cluster.sandbox
            ? `${name} is not here yet. In the demo it joins by itself when it replicates.`
            : `${name} is not here yet. When it replicates, add it to the console’s configuration with the address that the command printed, and send the console SIGHUP:`}
        </span>
      </p>
      {!cluster.sandbox && (
        <>
          <CodeBlock label="Lines of the configuration" text={lines} />
          <CopyButton text={lines} label="Copy the lines of the configuration">
            Copy the lines
          </CopyButton>
        </>
      )}
    </>
  );
}

'use client';

import { MakeDump } from './make-dump.tsx';
import { NextDump } from './next-dump.tsx';
import { whyNoDumps } from './dump-words.ts';
import type { CatalogueView } from './use-catalogue.ts';

/** Why there is no dump, and the one thing to do about it. */
export function NoDumps({ cluster, view }: { cluster: string; view: CatalogueView }) {
  const cause = whyNoDumps(view.catalogue.servers);
  if (cause.kind === 'no-agent') {
    return (
      <p className="max-w-2xl text-soft">
        No dump, and nobody to make one: no server of {cluster} has an agent. Start one on a database host and name its
        address in the console’s configuration, as <span className="mono">agent</span> of that server.
      </p>
    );
  }
  if (cause.kind === 'unreachable') {
    return (
      <p className="max-w-2xl text-soft">
        No dump is known: {cause.servers.length === 1 ? 'the agent' : 'the agents'} of {cause.servers.join(', ')}{' '}
        {cause.servers.length === 1 ? 'does' : 'do'} not answer. The reason stands below.
      </p>
    );
  }
  const server = view.catalogue.servers.find((one) => one.server === cause.server);
  return (
    <div>
      <p className="max-w-2xl text-soft">
        No dump yet
        {cause.kind === 'scheduled' ? (
          <>
            . {cause.server} makes one <NextDump at={cause.nextAt} />, or make one now.
          </>
        ) : (
          ', and none is scheduled. Make one now.'
        )}
      </p>
      {server !== undefined && (
        <div className="mt-3">
          <MakeDump server={server} view={view} name={`a dump of ${server.server}`} />
        </div>
      )}
    </div>
  );
}

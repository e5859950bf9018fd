'use client';

import { useId, useState } from 'react';
import { useWhyNot } from '../live/use-live.ts';
import type { ServerDumps } from './dump-words.ts';
import type { CatalogueView } from './use-catalogue.ts';

type Method = ServerDumps['methods'][number];
const physicalName = 'a physical backup';

/** An agent of an earlier version does not tell: it makes dumps. */
const methodsOf = ({ methods }: ServerDumps): readonly Method[] => (methods.length === 0 ? ['dump'] : methods);

/** Asks a server's agent for a dump now, or says why that can't be. */
export function MakeDump({
  server,
  view,
  name = 'a dump',
  forbiddenId,
}: {
  server: ServerDumps;
  view: CatalogueView;
  name?: string;
  /** Where it is said already why nothing may be made; without it that stands below the button. */
  forbiddenId?: string;
}) {
  const id = useId();
  const [asking, setAsking] = useState<Method | null>(null);
  const forbidden = useWhyNot('operate');
  const why = forbidden ?? agentWhyNot(server);
  const told = forbidden !== null && forbiddenId !== undefined;
  const running = view.making(server.server).kind === 'running';
  if (server.agent === 'none') return <span className="text-sm text-faint">{agentWhyNot(server)}</span>;
  const make = async (method: Method) => {
    setAsking(method);
    await view.make(server.server, { method });
    setAsking(null);
  };
  return (
    <>
      <span className="inline-flex flex-wrap gap-2 md:justify-end">
        {methodsOf(server).map((method, place) => (
          <button
            key={method}
            type="button"
            className="btn btn-small whitespace-nowrap max-md:min-h-10"
            disabled={why !== null || running || asking !== null}
            aria-describedby={why === null ? undefined : told ? forbiddenId : id}
            onClick={() => void make(method)}
          >
            {asking === method
              ? 'Asking…'
              : running && place === 0
                ? 'Being made'
                : `Make ${method === 'dump' ? name : physicalName} now`}
            {name === 'a dump' && <span className="sr-only">: {server.server}</span>}
          </button>
        ))}
      </span>
      {why !== null && !told && (
        <p id={id} className="mt-1 text-sm text-faint md:ml-auto md:max-w-64">
          {why}
        </p>
      )}
    </>
  );
}

function agentWhyNot({ agent, server }: ServerDumps): string | null {
  if (agent === 'up') return null;
  return agent === 'none' ? 'takes an agent on its host' : `the agent of ${server} does not answer`;
}

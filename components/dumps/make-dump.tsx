'use client';

import { useId, useState } from 'react';
import { useWhyNot } from '../live/use-live.ts';
import type { ServerDumps } from './dump-words.ts';
import type { CatalogueView } from './use-catalogue.ts';

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
  const [asking, setAsking] = useState(false);
  const forbidden = useWhyNot('operate');
  const why = forbidden ?? agentWhyNot(server);
  const told = forbidden !== null && forbiddenId !== undefined;
  const running = view.making(server.server).kind === 'running';
  if (server.agent === 'none') return <span className="text-sm text-faint">{agentWhyNot(server)}</span>;
  const make = async () => {
    setAsking(true);
    await view.make(server.server);
    setAsking(false);
  };
  return (
    <>
      <button
        type="button"
        className="btn btn-small whitespace-nowrap max-md:min-h-10"
        disabled={why !== null || running || asking}
        aria-describedby={why === null ? undefined : told ? forbiddenId : id}
        onClick={() => void make()}
      >
        {asking ? 'Asking…' : running ? 'Being made' : `Make ${name} now`}
        {name === 'a dump' && <span className="sr-only">: {server.server}</span>}
      </button>
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

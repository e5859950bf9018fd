'use client';

import { useEffect, useRef } from 'react';
import type { CreatedToken as Created, TakeoverScope } from '../../server/contract/access.ts';
import { useCluster } from '../live/use-live.ts';
import { CopyButton } from '../ui/copy-button.tsx';

/** A token that was just made: the one time that it is seen. */
export function CreatedToken({ created, close }: { created: Created; close: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section aria-labelledby="created-token" className="mt-4 rounded-md border border-accent bg-accent-soft p-4">
      <h3 id="created-token" ref={heading} tabIndex={-1} className="outline-none">
        The token “{created.name}”
      </h3>
      <p className="mt-1 max-w-2xl text-soft">
        Keep it now: it is not shown again, and the console itself knows only its hash.{' '}
        {created.takeover === null
          ? `Who holds it acts as ${created.role}.`
          : `Who holds it may take over ${created.takeover.server} of ${created.takeover.cluster}, and nothing else.`}{' '}
        If it gets lost, revoke it and make another.
      </p>
      <p className="mt-3 flex flex-wrap items-center gap-3">
        <code className="mono break-all rounded-md bg-raised px-3 py-1.5 select-all">{created.token}</code>
        <CopyButton text={created.token} label="Copy the token">
          Copy
        </CopyButton>
      </p>
      {created.takeover !== null && <TakeoverAddress {...created.takeover} />}
      <p className="mt-3 text-sm text-soft">
        {created.takeover === null ? 'It goes' : 'In a script it goes'} into a header of each request:{' '}
        <span className="mono">Authorization: Bearer TOKEN</span>
      </p>
      <p className="mt-4">
        <button type="button" className="btn" onClick={close}>
          I have kept it
        </button>
      </p>
    </section>
  );
}

/** Where a person uses it: the page to open, on which it is the password. */
function TakeoverAddress({ cluster, server }: TakeoverScope) {
  const known = useCluster(cluster)?.servers.find(({ name }) => name === server);
  if (known?.takeoverUrl === undefined) return null;
  return (
    <p className="mt-3 text-sm text-soft">
      In a browser it is the password of <span className="mono break-all">{known.takeoverUrl}</span>{' '}
      <CopyButton text={known.takeoverUrl} label={`Copy the takeover address of ${server}`} />
    </p>
  );
}

'use client';

import { useEffect, useState } from 'react';
import type { VerifyRun } from '../../server/contract/agent.ts';
import { getVerifyRun, verifyDump, type Refusal } from '../../server/contract/client.ts';
import type { Dump } from '../../server/contract/dumps.ts';
import type { ServerDumps } from './dump-words.ts';

const pollMs = 1000;

export interface VerifyView {
  /** Changes when one has ended: the catalogue knows more now. */
  ended: string;
  /** How far the restoring of this dump is; null where it is not being restored. */
  run: (dump: Dump) => VerifyRun | null;
  /** Whether its server restores one, be it another. */
  busy: (server: string) => boolean;
  /** Why what was asked for was not taken up, or how it ended where that says nothing of the dump. */
  trouble: (dump: Dump) => string | null;
  verify: (dump: Dump) => Promise<void>;
}

/** The verifications that go on, whoever asked for them, looked at each second. */
export function useVerifications(cluster: string, servers: readonly ServerDumps[]): VerifyView {
  const [asked, setAsked] = useState<Record<string, string>>({});
  const [runs, setRuns] = useState<Record<string, VerifyRun>>({});
  const [troubles, setTroubles] = useState<Record<string, string>>({});

  const followed = servers.flatMap(({ server, verifying }) => {
    const run = runs[server];
    // What was asked for here is newer than what the console, which looks every other second, tells; both may have ended.
    const ids = [asked[server], verifying?.id].filter((id) => id !== undefined);
    const id = ids.find((one) => run?.id !== one || run.state === 'running');
    return id === undefined ? [] : [{ server, id }];
  });
  const key = followed.map(({ server, id }) => `${server} ${id}`).join();

  useEffect(() => {
    let closed = false;
    const look = async (): Promise<void> => {
      for (const [server = '', id = ''] of key.split(',').map((one) => one.split(' '))) {
        const answer = await getVerifyRun(cluster, server, id);
        if (closed || answer.kind !== 'ok') continue;
        const { value } = answer;
        setRuns((before) => ({ ...before, [server]: value }));
        if (value.state !== 'running' && value.ok === null)
          setTroubles((before) => ({ ...before, [keyOf(server, value.name)]: value.text ?? '' }));
      }
    };
    const timer = key === '' ? undefined : setInterval(() => void look(), pollMs);
    return () => {
      closed = true;
      clearInterval(timer);
    };
  }, [cluster, key]);

  const current = (server: string): VerifyRun | null =>
    followed.some((one) => one.server === server) ? (runs[server] ?? null) : null;
  return {
    ended: Object.values(runs)
      .filter(({ state }) => state !== 'running')
      .map(({ id }) => id)
      .join(),
    run: ({ server, name }) => {
      const run = current(server);
      return run?.state === 'running' && run.name === name ? run : null;
    },
    busy: (server) => followed.some((one) => one.server === server),
    trouble: ({ server, name }) => troubles[keyOf(server, name)] ?? null,
    verify: async (dump) => {
      const mine = keyOf(dump.server, dump.name);
      setTroubles((before) => Object.fromEntries(Object.entries(before).filter(([one]) => one !== mine)));
      const answer = await verifyDump(cluster, dump);
      if (answer.kind === 'ok') {
        setRuns((before) => ({ ...before, [dump.server]: answer.value }));
        setAsked((before) => ({ ...before, [dump.server]: answer.value.id }));
      } else setTroubles((before) => ({ ...before, [mine]: refusalText(answer) }));
    },
  };
}

const keyOf = (server: string, name: string): string => `${server} ${name}`;

function refusalText(refusal: Refusal): string {
  return refusal.kind === 'no-answer' ? 'The console did not answer.' : `${refusal.message} ${refusal.next}`.trim();
}

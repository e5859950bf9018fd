'use client';

import { useEffect, useRef, useState } from 'react';
import type { BackupRequest, BackupRun } from '../../server/contract/agent.ts';
import { getDumps, takeBackup, type Refusal } from '../../server/contract/client.ts';
import type { DumpCatalogue } from '../../server/contract/dumps.ts';
import { useCluster, useLive } from '../live/use-live.ts';
import { makingOf, type Making } from './making.ts';
import { useVerifications, type VerifyView } from './use-verifications.ts';

/** While a dump is made its size is worth a look each second; else only the schedule adds anything. */
const busyMs = 1000;
const calmMs = 10_000;

export interface CatalogueView {
  catalogue: DumpCatalogue;
  making: (server: string) => Making;
  /** Why a server's request for a dump was not taken up. */
  refusal: (server: string) => Refusal | null;
  make: (server: string, request: BackupRequest) => Promise<void>;
  verifications: VerifyView;
  /** Why the list could not be read again; null when it is fresh. */
  unread: string | null;
}

/** The dumps of a cluster, kept fresh: each second while one is made, and at once when something was taken or made. */
export function useCatalogue(cluster: string, first: DumpCatalogue): CatalogueView {
  const [catalogue, setCatalogue] = useState(first);
  const [unread, setUnread] = useState<string | null>(null);
  const [asked, setAsked] = useState<Record<string, BackupRun>>({});
  const [refusals, setRefusals] = useState<Record<string, Refusal>>({});

  const making = (name: string): Making => {
    const server = catalogue.servers.find((one) => one.server === name);
    return server === undefined ? { kind: 'idle' } : makingOf(server, catalogue.dumps, asked[name] ?? null);
  };
  const busy = catalogue.servers.some(({ server }) => making(server).kind === 'running');

  const newest = useCluster(cluster)?.newestDump?.name ?? null;
  const event = useLive((state) => state.audit.find((entry) => entry.cluster === cluster)?.id ?? null);
  const round = useRef(0);

  const read = async (): Promise<void> => {
    const mine = ++round.current;
    const answer = await getDumps(cluster);
    if (mine !== round.current) return;
    if (answer.kind === 'ok') setCatalogue(answer.value);
    setUnread(answer.kind === 'ok' ? null : answer.message);
  };

  const verifications = useVerifications(cluster, catalogue.servers);
  const { ended } = verifications;

  const loaded = useRef(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closed = false;
    const again = () => {
      if (closed) return;
      timer = setTimeout(() => void read().then(again), busy ? busyMs : calmMs);
    };
    // What the server rendered is as new as can be; everything after it is a reason to look again.
    if (loaded.current) void read().then(again);
    else again();
    loaded.current = true;
    return () => {
      closed = true;
      round.current += 1;
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cluster, busy, newest, event, ended]);

  return {
    catalogue,
    making,
    unread,
    refusal: (server) => refusals[server] ?? null,
    verifications,
    make: async (server, request) => {
      setRefusals((before) => Object.fromEntries(Object.entries(before).filter(([name]) => name !== server)));
      const answer = await takeBackup(cluster, server, request);
      if (answer.kind === 'ok') setAsked((before) => ({ ...before, [server]: answer.value }));
      else setRefusals((before) => ({ ...before, [server]: answer }));
    },
  };
}

'use client';

import Link from 'next/link';
import { useState } from 'react';
import type { DumpCatalogue } from '../../server/contract/dumps.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { TextField } from '../access/text-field.tsx';
import { useCatalogue } from '../dumps/use-catalogue.ts';
import { useCluster } from '../live/use-live.ts';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { clusterPath } from '../ui/paths.ts';
import { Section } from '../ui/section.tsx';
import { Appears } from './appears.tsx';
import { nameProblem, nextName } from './command-text.ts';
import { FirstCopy } from './first-copy.tsx';
import { TheCommand } from './the-command.tsx';

/** A new replica in three steps: whom it follows and what it begins with, the command to paste, how it appears here. */
export function AddReplicaPage({ first, catalogue }: { first: ClusterSnapshot; catalogue: DumpCatalogue }) {
  const cluster = useCluster(first.name) ?? first;
  const view = useCatalogue(first.name, catalogue);
  const [known] = useState(() => first.servers.map(({ name }) => name));
  const [name, setName] = useState(() => nextName(known));
  const [source, setSource] = useState(first.primary ?? known[0] ?? '');
  const problem = nameProblem(name, known);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pt-8">
        <h1>
          Add a replica to{' '}
          <Link href={clusterPath(cluster.name)} prefetch={false} className="hover:underline">
            {cluster.name}
          </Link>
        </h1>
        {cluster.sandbox && <SandboxLabel />}
      </div>
      <p className="mt-1 max-w-4xl text-soft">
        One command on the new host takes the first copy, follows the primary, and shows that it replicates before it
        leaves anything behind. It changes nothing on the servers that are there.
      </p>
      <Section id="replica" title="1. What it is">
        <div className="flex flex-wrap items-start gap-x-8 gap-y-4">
          <TextField
            label="Its name in the console"
            problem={problem}
            value={name}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          <label className="flex flex-col gap-1 text-sm text-soft max-sm:w-full">
            Follows
            <select
              className="field text-ink max-sm:w-full sm:w-64"
              value={source}
              onChange={(event) => setSource(event.target.value)}
            >
              {cluster.servers.map((server) => (
                <option key={server.name} value={server.name}>
                  {server.name}, {server.role === 'replica' ? 'a replica: they make a chain' : server.role}
                </option>
              ))}
            </select>
          </label>
        </div>
        <FirstCopy cluster={cluster.name} source={source} view={view} />
      </Section>
      <Section id="command" title="2. The command">
        <TheCommand key={`${source}/${name}`} cluster={cluster} name={name} source={source} blocked={problem} />
      </Section>
      <Section id="appears" title="3. How it appears here">
        <Appears cluster={cluster} name={name} />
      </Section>
    </>
  );
}

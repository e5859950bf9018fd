'use client';

import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { useWhyNot } from '../live/use-live.ts';
import { Section } from '../ui/section.tsx';
import { serviceRows } from './service-words.ts';
import { ServiceTableRow } from './service-row.tsx';

const forbiddenId = 'services-forbidden';

/** What may only run on a primary: how each stands on each server, and what can be done with it. */
export function ServicesSection({ cluster }: { cluster: ClusterSnapshot }) {
  const rows = serviceRows(cluster);
  const forbidden = useWhyNot('operate');
  if (rows.length === 0) return null;
  return (
    <Section id="services" title="Services">
      <p id={forbiddenId} className="mb-2 text-sm text-soft">
        They may only run on a primary: each agent enables and shuts them as its server’s role changes.
        {forbidden !== null && ` ${forbidden}`}
      </p>
      <table className="table">
        <caption className="sr-only">Services of {cluster.name}</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Server</th>
            <th scope="col">State</th>
            <th scope="col">Last run</th>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ServiceTableRow
              key={`${row.server.name}/${row.service.name}`}
              cluster={cluster.name}
              row={row}
              forbiddenId={forbidden === null ? null : forbiddenId}
            />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

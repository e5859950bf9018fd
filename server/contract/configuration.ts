import { z } from 'zod';
import { name } from './configuration/fields.ts';
import { clusterConfiguration } from './configuration/cluster.ts';
import { consoleConfiguration } from './configuration/console.ts';
import { agentConfiguration } from './configuration/agent.ts';

export const configuration = z
  .strictObject({
    console: consoleConfiguration.optional(),
    clusters: z.record(name, clusterConfiguration).default({}),
    agent: agentConfiguration.optional(),
  })
  .refine((value) => value.console !== undefined || value.agent !== undefined, 'a console: or an agent: section');
export type Configuration = z.infer<typeof configuration>;

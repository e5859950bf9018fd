import { join } from 'node:path';
import type { Logger } from 'pino';
import { inspectDataDirectory, type LocalPlace } from '../bootstrap/data-directory.ts';
import { ReseedNote } from '../bootstrap/reseed-record.ts';
import { Reseeds } from '../bootstrap/reseeds.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { serverControl } from '../services/server-control.ts';
import { readMaterial } from '../tls/material.ts';
import { openCopy } from './open-copy.ts';

/** What the configuration says of the server beside the agent. */
export function placeOf({ server }: AgentConfiguration): LocalPlace {
  const { socket, defaultsFile, control, persistFile } = server;
  return { socket, defaultsFile, hasControl: control !== undefined, hasPersistFile: persistFile !== undefined };
}

/**
 * The reseeds of an agent, which do nothing before they are opened; null where it was not given what they need.
 * Rejects where the note of an earlier one can't be read.
 */
export async function createReseeds(
  configuration: AgentConfiguration,
  options: { readonly stateDirectory: string; readonly now: () => Date; readonly logger: Logger },
): Promise<Reseeds | null> {
  const { socket, defaultsFile, control, persistFile, controlTimeoutSeconds } = configuration.server;
  if (control === undefined || persistFile === undefined) return null;
  const timeoutMs = controlTimeoutSeconds * 1000;
  const { tls } = configuration;
  return new Reseeds({
    note: await ReseedNote.open(join(options.stateDirectory, 'reseed.json')),
    now: options.now,
    logger: options.logger,
    database: { socket, defaultsFile, control: serverControl(control, timeoutMs), timeoutMs },
    persistFile,
    inspect: async () => await inspectDataDirectory(placeOf(configuration)),
    open: async (source, signal) => {
      // To another agent it is a client: it shows its own certificate, read anew since it may have been renewed.
      const { certificate, key, clientCa: ca } = tls ?? {};
      return await openCopy(source, await readMaterial({ certificate, key, ca }), signal);
    },
  });
}

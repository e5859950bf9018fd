import type { Logger } from 'pino';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { forgetHistory } from '../galera/host/change-grastate.ts';
import { NodeControl } from '../galera/host/node-control.ts';
import { setAside, setViewAside } from '../galera/host/node-files.ts';
import { NodeWitness } from '../galera/host/node-witness.ts';
import { serverControl } from '../services/server-control.ts';

/** What an agent may do for a Galera node. */
export interface GaleraParts {
  readonly witness: NodeWitness;
  /** null: it was not given what starting and bootstrapping need. */
  readonly control: NodeControl | null;
  readonly database: { readonly socket: string; readonly defaultsFile: string | undefined };
}

/** null where the configuration says of no Galera node. Throws, naming the field, where it lacks the options file. */
export function createGalera(
  { server }: AgentConfiguration,
  options: { readonly server: string; readonly now: () => Date; readonly logger: Logger },
): GaleraParts | null {
  const { galera, socket, defaultsFile, control, controlTimeoutSeconds } = server;
  if (galera === undefined) return null;
  const optionsFile = galera.optionsFile ?? defaultsFile;
  if (optionsFile === undefined)
    throw new Error('agent.server.galera.optionsFile is missing: without it nobody knows where the data are');
  const timeoutMs = controlTimeoutSeconds * 1000;
  const witness = new NodeWitness({
    server: options.server,
    socket,
    defaultsFile,
    optionsFile,
    program: galera.program,
    recoverTimeoutMs: timeoutMs,
    now: options.now,
  });
  return {
    witness,
    database: { socket, defaultsFile },
    control:
      control === undefined || galera.startFile === undefined
        ? null
        : new NodeControl({
            control: serverControl(control, timeoutMs),
            startFile: galera.startFile,
            forgetHistory: async () => {
              // It has write sets of numbers that the cluster has given to others: the provider takes them for those.
              await setAside(await witness.writeSetCache(), options.now());
              await forgetHistory(await witness.dataDirectory(), options.now());
            },
            forgetView: async () => await setViewAside(await witness.dataDirectory(), options.now()),
            alive: async () => (await witness.evidence()).alive,
            now: options.now,
            logger: options.logger,
          }),
  };
}

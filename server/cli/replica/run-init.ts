import { readFile } from 'node:fs/promises';
import { parametersIn } from '../../bootstrap/parameters-in.ts';
import { initFailure, initReplica, type InitEnd } from '../../bootstrap/replica-init.ts';
import { secured, type ReplicaTls } from '../../bootstrap/secured.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { addressText } from '../../contract/listen-address.ts';
import type { ReplicaParameters } from '../../contract/parameters.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { showStages } from './show-stages.ts';

export interface InitRun {
  readonly defaultsFile: string;
  readonly wanted: ReplicaParameters;
  readonly tls: ReplicaTls;
  readonly accountFiles: readonly string[];
  readonly persistFile: string | null;
  readonly signal: AbortSignal;
}

/** Makes the replica, and shows how far it is. Rejects with BatonError. */
export async function runInit(run: InitRun, terminal: Terminal): Promise<InitEnd> {
  const { wanted, tls, ...rest } = run;
  const how = await secured(tls, wanted);
  return await initReplica({ ...rest, ...how, parameters: wanted, onStage: showStages(terminal) }).catch(
    (error: unknown) => {
      throw initFailure(error);
    },
  );
}

/** The parameters in a file, or on standard input where it is "-". Rejects with BatonError('invalid'), never with a value. */
export async function readWanted(
  file: string,
  terminal: Terminal,
): Promise<{ text: string; wanted: ReplicaParameters }> {
  const text =
    file === '-'
      ? await terminal.read()
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw new BatonError('invalid', `The parameters can't be read: ${messageOf(error)}.`);
        });
  return { text, wanted: parametersIn(text, file === '-' ? 'Standard input' : file) };
}

/** What came of it, in a sentence. */
export function endText(end: InitEnd, primary: ReplicaParameters['primary']): string {
  if (end.kind === 'data-exist') return `${end.dataDirectory} holds a database already: nothing was done.`;
  const from = end.copy.length === 0 ? '' : `, from ${end.copy.join(' and ')} (${end.gtid})`;
  const behind = end.transactionsBehind > 0 ? `, ${end.transactionsBehind} transactions behind so far` : '';
  const how = end.heldBack
    ? 'its options hold replication back (skip_slave_start): START SLAVE is needed'
    : 'start mariadbd on it, and it goes on';
  return `${end.dataDirectory} replicates from ${primary ? addressText(primary) : 'its primary'}${from}${behind}: ${how}.`;
}

import type { ConnectionParameters } from '../../server/contract/connection-parameters.ts';

/** How a new replica comes to be. */
export interface NewReplica {
  readonly cluster: string;
  readonly name: string;
  /** Of the host that it is to be on; "" where the primary is on the same one. */
  readonly host: string;
  /** The demo's console: it takes the replica up by itself. */
  readonly joins: boolean;
  readonly parameters: ConnectionParameters;
}

export type Way = 'folder' | 'host';

/** What stands in place of a secret that is on the screen. */
const dots = '••••••••';

/** The one command to paste into a shell on the new host. It holds secrets: on standard input, which no other user sees. */
export function commandText(way: Way, { cluster, name, host, joins, parameters }: NewReplica): string {
  const words =
    way === 'host'
      ? ['npx baton replica init', '--defaults-file /etc/mysql/my.cnf']
      : [
          `npx baton replica run ./var/${name}`,
          `--as ${cluster}/${name}`,
          ...(host === '' ? [] : [`--host ${host}`]),
          ...(joins ? ['--join'] : []),
        ];
  return `${[...words, '--parameters -'].join(' ')} <<'END'\n${JSON.stringify(parameters, null, 2)}\nEND\n`;
}

/** The same parameters as they may be seen by who looks over a shoulder. */
export function masked(parameters: ConnectionParameters): ConnectionParameters {
  const url = parameters['replication-primary-url'].replace(/^(mysql:\/\/[^:@/]+:)[^@]*@/, `$1${dots}@`);
  const token = parameters['replication-bootstrap-token'] === undefined ? {} : { 'replication-bootstrap-token': dots };
  return { ...parameters, 'replication-primary-url': url, ...token };
}

/** db-4 where there are db-1 to db-3: the first name of that kind that is free. */
export function nextName(names: readonly string[]): string {
  const stem = /^(.*?)\d*$/.exec(names[0] ?? '')?.[1] || 'db-';
  for (let number = names.length + 1; ; number += 1) {
    if (!names.includes(`${stem}${number}`)) return `${stem}${number}`;
  }
}

/** Why a server can't have this name; null where it can. As the configuration's schema has it. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) return 'Letters, digits, - and _, at most 63.';
  return taken.includes(name) ? `There is a ${name} already.` : null;
}

/** Whether a primary at this address is reached from its own host only. */
export function isLoopback(primaryUrl: string): boolean {
  return /@(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:|\/|$)/.test(primaryUrl);
}

import { join } from 'node:path';
import type { ServerControlConfiguration } from '../../contract/configuration/services.ts';

const main = join(import.meta.dirname, '..', 'main.ts');

/** How an agent stops and starts a server of the sandbox that runs in `dir`: by asking the process that holds it. */
export function sandboxControl(node: string, dir: string, server: string): ServerControlConfiguration {
  const argv = (verb: string): string[] => [node, main, 'sandbox', verb, server, '--dir', dir];
  return { kind: 'command', start: argv('start'), stop: argv('stop'), status: argv('status') };
}

/** The command that kills a server of that sandbox, whose name is appended. */
export function sandboxKill(node: string, dir: string): string[] {
  return [node, main, 'sandbox', 'kill', '--dir', dir];
}

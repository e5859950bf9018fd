import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * @typedef {{ port: number | null, dir: string, replicas: number, tls: boolean, fresh: boolean, writeLoad: number, galera: boolean }} DemoOptions
 * @typedef {{ kind: 'run', options: DemoOptions } | { kind: 'help', text: string } | { kind: 'wrong', text: string }} DemoRequest
 */

const demoHelp = `npm run demo -- [options]

A real primary, its replicas, their agents and the console, all on loopback. Ctrl-C stops all of it.

  --port N         port of the console (8080, or the next free one)
  --dir DIR        where everything is kept (var/demo)
  --replicas N     replicas beside the primary (2)
  --write-load N   inserts a second on the primary, 0 for none (20)
  --galera         a Galera cluster of three nodes beside it, new at each start
  --tls            everything over TLS with an authority of its own: console, agents and servers known by certificate
  --fresh          start from nothing; else an earlier demo in DIR goes on`;

/**
 * Reads the arguments after "npm run demo --", before anything is installed: a mistyped option must not cost a minute.
 * @param {readonly string[]} args
 * @param {string} root the checkout
 * @returns {DemoRequest}
 */
export function readDemoOptions(args, root) {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        dir: { type: 'string' },
        replicas: { type: 'string' },
        'write-load': { type: 'string' },
        tls: { type: 'boolean' },
        fresh: { type: 'boolean' },
        galera: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { kind: 'wrong', text: `${error instanceof Error ? error.message : String(error)}\n\n${demoHelp}` };
  }
  if (values.help) return { kind: 'help', text: demoHelp };
  const port = values.port === undefined ? null : whole(values.port, 1, 65_535);
  const replicas = whole(values.replicas ?? '2', 0, 9);
  const writeLoad = whole(values['write-load'] ?? '20', 0, 5_000);
  if (Number.isNaN(port)) return { kind: 'wrong', text: `--port ${values.port}: a number from 1 to 65535` };
  if (Number.isNaN(replicas)) return { kind: 'wrong', text: `--replicas ${values.replicas}: a number from 0 to 9` };
  if (Number.isNaN(writeLoad)) {
    return { kind: 'wrong', text: `--write-load ${values['write-load']}: inserts a second, from 0 to 5000` };
  }
  const dir =
    values.dir === undefined ? join(root, 'var', 'demo') : resolve(process.env['INIT_CWD'] ?? '.', values.dir);
  return {
    kind: 'run',
    options: {
      port,
      dir,
      replicas,
      tls: values.tls ?? false,
      fresh: values.fresh ?? false,
      writeLoad,
      galera: values.galera ?? false,
    },
  };
}

/**
 * NaN for what is not a whole number from least to most.
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function whole(text, least, most) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : Number.NaN;
}

import { relative } from 'node:path';
import type { Authority } from '../../tls/authority.ts';
import type { Layout } from './layout.ts';
import type { Credentials } from './people.ts';

/** What is said when the demo is ready. */
export function readyLines(
  paths: Layout,
  demo: {
    readonly url: string;
    readonly seconds: number;
    readonly authority: Authority | null;
    readonly galera: boolean;
  },
  { username, password }: Credentials,
): string[] {
  const { url, seconds, authority, galera } = demo;
  const dir = relative(process.cwd(), paths.dir) || '.';
  const config = relative(process.cwd(), paths.config);
  const where = dir === 'var/demo' ? '' : ` --dir ${dir}`;
  return [
    '',
    `Baton is ready after ${seconds.toFixed(1)} s.`,
    '',
    `  URL        ${url}`,
    `  User       ${username}`,
    `  Password   ${password}`,
    ...(authority === null ? [] : secureLines(relative(process.cwd(), authority.files('console').ca))),
    '',
    `  Files      ${dir} (demo.json has every address, password and process; logs/ what they say)`,
    `  Commands   npx baton status --config ${config}`,
    `  Break it   npx baton sandbox kill db-1${where}, and start db-1 again; freeze, thaw, stop-thread: see --help`,
    ...(galera
      ? [
          `  Galera     npx baton sandbox kill wiki-1${where}, wiki-2 and wiki-3: then bring wiki back on its page, which has buttons for it`,
        ]
      : []),
    '  Stop       Ctrl-C',
    '',
  ];
}

function secureLines(ca: string): string[] {
  return [
    '',
    '  TLS        console, agents, replication and the console’s connections to the servers; agents and servers know each',
    `             other by certificate. Let your browser trust ${ca}, or wave its warning through`,
  ];
}

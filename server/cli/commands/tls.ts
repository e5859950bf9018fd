import { join } from 'node:path';
import { z } from 'zod';
import { BatonError } from '../../contract/errors.ts';
import { Authority, renewDays, type WantedCertificate } from '../../tls/authority.ts';
import type { Issued } from '../../tls/issued.ts';
import { command, configOption, jsonOption, type Command, type Option } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { placesText } from '../tls/advice.ts';
import { wantedByConfiguration, wantedByOptions } from '../tls/wanted.ts';

const dirOption: Option = { flags: '--dir <folder>', text: 'where the authority and its certificates are' };
const base = { dir: z.string(), json: z.boolean().default(false) };

const init = command({
  name: 'tls init',
  summary: 'a small certificate authority, and certificates for console, agents, servers and replication',
  details:
    'For those who have none; where an authority issues certificates already, name its files in the configuration instead. ' +
    'Safe to repeat: what is there stays, what is missing is made, and hosts that changed get a new certificate.',
  options: [
    dirOption,
    { flags: '--console <host...>', text: 'names and addresses of the console (default: as configured)' },
    { flags: '--server <name=hosts...>', text: 'servers, each with its names and addresses, commas between' },
    jsonOption,
    configOption,
  ],
  input: z.object({
    ...base,
    config: z.string().optional(),
    console: z.array(z.string()).default([]),
    server: z.array(z.string()).default([]),
  }),
  async run({ dir, json, config, console: consoles, server }, terminal) {
    const asked = consoles.length > 0 || server.length > 0;
    const wanted = asked
      ? wantedByOptions(consoles, server)
      : wantedByConfiguration((await readConfiguration(config)).configuration);
    const [authority, made] = await Authority.locked(dir, async () => {
      const opened = (await Authority.open(dir)) ?? (await Authority.create(dir, 'Baton authority'));
      return [opened, await issueMissing(opened, wanted)];
    });
    show(authority, made, json, terminal);
    if (!json) {
      terminal.note(`\nThe authority's key is ${join(dir, 'authority', 'ca-key.pem')}: who has it can let anybody in.`);
      terminal.note('Copy each folder to its host, keys readable by their user alone:\n');
      terminal.note(placesText(authority));
    }
    return exitCode.done;
  },
});

async function issueMissing(authority: Authority, wanted: readonly WantedCertificate[]): Promise<Issued[]> {
  const known = new Map(authority.certificates.map((one) => [one.name, one]));
  const missing = wanted.filter(({ name, hosts }) => {
    const there = known.get(name);
    return !there || there.pending || there.hosts.join() !== hosts.join();
  });
  return missing.length === 0 ? [] : await authority.issue(missing);
}

const renew = command({
  name: 'tls renew',
  summary: 'new certificates in the place of those that end soon, and a new revocation list',
  details:
    'For a timer, once a day. Console, agents and servers read the new files by themselves; copy them to their hosts.',
  options: [
    dirOption,
    { flags: '--within <days>', text: `those that end within so many days (default: ${renewDays})` },
    jsonOption,
  ],
  input: z.object({ ...base, within: z.coerce.number().int().min(0).max(3650).default(renewDays) }),
  async run({ dir, json, within }, terminal) {
    await changing(dir, async (authority) => {
      show(authority, await authority.renew(new Date(), within), json, terminal);
    });
    return exitCode.done;
  },
});

const revoke = command({
  name: 'tls revoke',
  summary: 'put a certificate, and earlier ones of its name, on the revocation list: nobody lets them in any more',
  arguments: [{ syntax: '<name>', text: 'as `baton tls renew` lists it, such as agent-db-1' }],
  options: [dirOption, jsonOption],
  input: z.object({ ...base, name: z.string() }),
  async run({ dir, json, name }, terminal) {
    const revoked = await changing(dir, async (authority) => await authority.revoke(name, new Date()));
    if (json) terminal.json(revoked);
    else terminal.line(`${name} (${revoked.serial}) is revoked; copy the new crl.pem to every host.`);
    return exitCode.done;
  },
});

export const tlsCommands: readonly Command[] = [init, renew, revoke];

async function changing<T>(dir: string, work: (authority: Authority) => Promise<T>): Promise<T> {
  await existing(dir);
  return await Authority.locked(dir, async () => await work(await existing(dir)));
}

async function existing(dir: string): Promise<Authority> {
  const authority = await Authority.open(dir);
  if (authority) return authority;
  throw new BatonError('not-found', `There is no authority in ${dir}.`, 'Make one: baton tls init --dir …');
}

function show(authority: Authority, made: readonly Issued[], json: boolean, terminal: Terminal): void {
  const rows = authority.certificates.map((one) => ({ ...one, isNew: made.includes(one) }));
  if (json) {
    terminal.json({ certificates: rows.map((row) => ({ ...row, files: authority.files(row.name) })) });
    return;
  }
  const columns = [
    { title: 'name', cell: ({ name }: (typeof rows)[number]) => name },
    { title: '', cell: ({ isNew }: (typeof rows)[number]) => (isNew ? 'new' : 'kept') },
    { title: 'until', cell: ({ until }: (typeof rows)[number]) => until.slice(0, 10) },
    { title: 'SHA-256', cell: ({ fingerprint }: (typeof rows)[number]) => fingerprint },
  ];
  for (const line of table(columns, rows)) terminal.line(line);
}

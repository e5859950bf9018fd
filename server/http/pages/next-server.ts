/**
 * The child that renders pages: Next.js on a private unix socket. It is started by next-child.ts with nothing in its
 * environment but the addresses below; it decodes what strangers send, so it holds no password, no secret, no way to act.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import next from 'next';

const { BATON_PAGE_SOCKET: socketPath, BATON_PAGE_DIRECTORY: directory } = process.env;
if (socketPath === undefined || directory === undefined) throw new Error('started without its addresses');

process.umask(0o077);
// The parent is gone: pages without an engine are of no use.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides when pages end.
process.on('SIGINT', () => {});

// The configuration as the build resolved it, given to Next as its own standalone server does: reading next.config.ts
// again would need a native compiler, which this process has no leave to load.
const { config } = JSON.parse(readFileSync(join(directory, '.next', 'required-server-files.json'), 'utf8'));
process.env['__NEXT_PRIVATE_STANDALONE_CONFIG'] = JSON.stringify(config);

const app = next({ dev: false, dir: directory, quiet: true });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;
server.listen(socketPath, () => process.send?.('ready'));

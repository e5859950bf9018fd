/** Stands in for Next in the tests of what is handed over: answers with what it was asked, and dies on request. */
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import process from 'node:process';

process.umask(0o077);
process.once('disconnect', () => process.exit(0));

function tried(act: () => unknown): string {
  try {
    return String(act());
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  }
}

const server = createServer((asked, answer) => {
  const url = new URL(asked.url ?? '/', 'http://pages');
  if (url.pathname === '/die') process.exit(1);
  if (url.pathname === '/engine') {
    const { headers } = asked;
    const [method = 'GET', path = '/'] = (url.searchParams.get('ask') ?? '').split(' ');
    request(
      {
        socketPath: process.env['BATON_ENGINE_SOCKET'],
        method,
        path: `/api/v1${path}`,
        headers: { authorization: `Ticket ${String(headers['x-baton-ticket'])}` },
      },
      (told) => {
        answer.writeHead(200, { 'content-type': 'text/plain' });
        answer.write(`${told.statusCode} `);
        told.pipe(answer);
      },
    ).end();
    return;
  }
  answer.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'x-powered-by': 'Next.js',
    'content-security-policy': 'default-src *',
    vary: 'rsc',
  });
  const secret = tried(() => readFileSync(url.searchParams.get('read') ?? '/nowhere', 'utf8'));
  answer.end(
    JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, env: process.env, secret }) +
      ' '.repeat(2000),
  );
});
server.listen(process.env['BATON_PAGE_SOCKET'], () => process.send?.('ready'));

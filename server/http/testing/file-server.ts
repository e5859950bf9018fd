import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

/** An agent's static folder, reduced to what a download needs: one file, ranges, its ETag. */
export async function serveFile(path: string): Promise<{ url: string; opened: () => number; close: () => void }> {
  let opened = 0;
  const { size } = statSync(path);
  const server = createServer((asked, answer) => {
    const range = /^bytes=(\d+)-(\d*)$/.exec(asked.headers.range ?? '');
    const start = range === null ? 0 : Number(range[1]);
    const end = range === null || range[2] === '' ? size - 1 : Number(range[2]);
    answer.writeHead(range === null ? 200 : 206, {
      'content-length': end - start + 1,
      etag: '"e1"',
      'accept-ranges': 'bytes',
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
    if (asked.method === 'HEAD') {
      answer.end();
      return;
    }
    opened++;
    const file = createReadStream(path, { start, end, highWaterMark: 256 * 1024 });
    file.once('close', () => opened--);
    answer.once('close', () => file.destroy());
    file.pipe(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, opened: () => opened, close: () => server.close() };
}

import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { headBytes, readDumpTail } from '../backups/dump-text.ts';
import { startTool, type ToolOptions } from '../backups/tool.ts';
import { untilBroken } from '../backups/until-broken.ts';
import { Ends } from '../backups/write-dump.ts';
import { readInto, type CopyBody } from './copy-body.ts';
import { decompressor } from './receive-copy.ts';

/**
 * Loads a dump into a server while it comes in. Answers the GTID position that stands at its end ("" or null: none).
 * Rejects where `body` does; where `refuse` finds something in its first lines; where it has no last line; and with the
 * words of the client, but never a piece of the dump, which holds password hashes.
 */
export async function loadDump(
  body: CopyBody,
  options: {
    readonly compression: 'zstd' | 'gzip' | 'none';
    /** Options file of the command-line client: where, and as whom. */
    readonly clientFile: string;
    readonly signal: AbortSignal;
    /** Why a dump that begins so must not be loaded, or null. */
    readonly refuse: (head: string) => Error | null;
  } & Pick<ToolOptions, 'yielding'>,
): Promise<string | null> {
  const { signal, clientFile, compression, refuse, yielding } = options;
  const expand = compression === 'none' ? null : startTool(...decompressor(compression), { yielding });
  const args = [
    `--defaults-file=${clientFile}`,
    '--protocol=socket',
    '--binary-mode',
    '--default-character-set=utf8mb4',
    '--max-allowed-packet=1G',
    // A dump is data: it shall not name files or run programs. Unknown before 10.11.8.
    '--loose-sandbox',
  ];
  const client = startTool('mariadb', args, { yielding });
  client.stdout.resume();
  const ends = new Ends();
  const text = new PassThrough();
  const expanded = expand ? expand.stdout : text;
  const take = async (bytes: AsyncIterable<Buffer>): Promise<void> =>
    await pipeline(bytes, expand ? expand.stdin : text, { signal });
  const load = pipeline(
    expanded,
    async function* (chunks: AsyncIterable<Buffer>) {
      let held: Buffer[] | null = [];
      for await (const chunk of chunks) {
        ends.take(chunk);
        held?.push(chunk);
        if (held && Buffer.byteLength(ends.head()) < headBytes) continue;
        if (held) {
          throwWhere(refuse(ends.head()));
          yield* held;
          held = null;
        } else yield chunk;
      }
      throwWhere(held ? refuse(ends.head()) : null);
      if (held) yield* held;
    },
    client.stdin,
    { signal },
  );
  try {
    await readInto(body, signal, async (bytes) => {
      await untilBroken(expand ? [expand, client] : [client], signal, [take(bytes), load]);
    });
  } catch (error) {
    throw quiet(error);
  }
  const end = readDumpTail(ends.tail());
  if (end.kind === 'truncated') throw new Error('the dump has no last line: it is not whole');
  return end.gtid;
}

function throwWhere(error: Error | null): void {
  if (error) throw error;
}

/** The client repeats what stood near a mistake. */
function quiet(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('mariadb ')) return error;
  return new Error(error.message.replace(/ near '[\s\S]*/, '').slice(0, 400), { cause: error.name });
}

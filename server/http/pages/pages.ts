import type { Logger } from 'pino';
import { BatonError } from '../../contract/errors.ts';
import type { Api } from '../api.ts';
import type { Gate } from '../gate.ts';
import { StaticFiles } from '../static/static-files.ts';
import { sendStatic } from '../static/static-route.ts';
import { createHandOver } from './hand-over.ts';
import { startNextChild } from './next-child.ts';

/** What a browser loads beside the API: files from disk, and pages from Next. */
export interface Pages {
  readonly files: StaticFiles;
  readonly handOver: ReturnType<typeof createHandOver>;
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Starts Next in `directory` (with .next and public in it). */
export function startPages(options: {
  directory: string;
  stateDirectory: string;
  engineSocket: string;
  program?: string;
  gate: Gate;
  logger: Logger;
}): Pages {
  const child = startNextChild(options);
  const handOver = createHandOver(options.gate, child);
  return {
    files: new StaticFiles(options.directory),
    handOver,
    ready: child.ready,
    async close() {
      handOver.close();
      await child.close();
    },
  };
}

/** Every address that no route of ours has: a file, else a page. Only GET and HEAD ever reach Next. */
export function addPages(api: Api, { files, handOver }: Pages): void {
  api.get('/*', {
    config: { open: true },
    schema: { hide: true },
    handler: async (request, reply) => {
      if (await sendStatic(files, request, reply)) return reply;
      if (/^\/(api|_next\/static)(\/|$)/.test(request.url)) {
        throw new BatonError('not-found', `There is nothing at ${request.url.split('?')[0]}.`);
      }
      return handOver.handle(request, reply);
    },
  });
}

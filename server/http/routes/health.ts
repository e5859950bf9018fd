import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import type { Api } from '../api.ts';

const health = z.object({ status: z.literal('ok'), pid: z.number() });

/** GET /health: that the engine runs, and no other detail, without sign-in. */
export function healthRoute(api: Api, engine: Engine): void {
  api.get('/health', {
    config: { open: true },
    schema: { summary: 'Does the engine run?', response: { 200: health } },
    handler: async () => engine.health(),
  });
}

import { z } from 'zod';

/** What can be asked of a running sandbox: `verb server argument`. */
export const controlRequest = z.object({
  verb: z.enum([
    'status',
    'kill',
    'stop',
    'start',
    'freeze',
    'thaw',
    'stop-thread',
    'start-thread',
    'break',
    'errant',
    'fill',
    'load',
  ]),
  server: z.string().optional(),
  argument: z.string().optional(),
});
export type ControlRequest = z.infer<typeof controlRequest>;

export const sandboxStatus = z.object({
  servers: z.array(
    z.object({
      name: z.string(),
      pid: z.number().nullable(),
      host: z.string(),
      port: z.number(),
      socket: z.string(),
      errorLog: z.string(),
    }),
  ),
  writes: z.number(),
});
export type SandboxStatus = z.infer<typeof sandboxStatus>;

/** `text` says what was done; `error` why not. */
export const controlAnswer = z.object({
  text: z.string().optional(),
  error: z.string().optional(),
  status: sandboxStatus.optional(),
});
export type ControlAnswer = z.infer<typeof controlAnswer>;

/** DIR/sandbox.json of a running sandbox: where it is asked. Removed when it ends. */
export const sandboxFile = z.object({ pid: z.number(), socket: z.string() });

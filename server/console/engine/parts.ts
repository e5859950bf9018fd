import type { Logger } from 'pino';
import type { Access } from '../../access/access.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Store } from '../../store/store.ts';
import type { Clusters } from '../clusters.ts';
import type { Hub } from '../hub.ts';
import type { createMetrics } from '../metrics.ts';

/** What the methods of the engine work with. */
export interface EngineParts {
  readonly clusters: Clusters;
  readonly operations: Operations;
  readonly access: Access;
  readonly store: Store;
  readonly hub: Hub;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly logger: Logger;
  /** Resolves when what a console left unfinished was looked for and taken up: nothing is begun before. */
  readonly settled: Promise<void>;
  /** True once the console is told to end: nothing is begun any more. */
  readonly stopping: () => boolean;
  /** What a browser sees of this console. */
  readonly consoleUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

import { z } from 'zod';
import type { Argument } from './command.ts';

const serverWords = 'CLUSTER/SERVER, such as erp5/db-2';
const nodeWords = 'CLUSTER/NODE, such as wiki/db-1';

const targetOf = (words: string) =>
  z
    .string()
    .regex(/^[^/]+\/[^/]+$/, words)
    .transform((text) => {
      const [cluster = '', server = ''] = text.split('/');
      return { cluster, server };
    });

/** What a command is about: "erp5/db-2". */
export const serverTarget = targetOf(serverWords);
export const serverArgument: Argument = { syntax: '<target>', text: serverWords };

/** The same of a Galera node. */
export const nodeTarget = targetOf(nodeWords);

import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { startAgent } from '../../server/agent/start-agent.ts';
import { agentConfiguration } from '../../server/contract/configuration/agent.ts';

/** The agent of one server of a round, as a process of its own. Run as: node agent.ts CONFIGURATION.json */
const file = process.argv[2];
if (file === undefined) throw new Error('which configuration?');
process.on('disconnect', () => process.exit(0));
await startAgent(agentConfiguration.parse(JSON.parse(await readFile(file, 'utf8'))), pino({ level: 'silent' }));
// It ends by kill -9, and would keep nothing.
flushCompileCache();
process.send?.('listens');

import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../server/mariadb/connection.ts';
import type { RunningDemo } from '../demo/running-demo.ts';
import { cpuSeconds } from './process-cost.ts';

const SPAN_MS = 20_000;

export interface PollingFigures {
  /** CPU of the console for one server polled once a second, analysis, history and event stream included. */
  readonly consoleCpuMsPerServerSecond: number;
  /** CPU of a bare loop that asks one server SHOW ALL SLAVES STATUS and its GTID position once a second. */
  readonly floorCpuMsPerServerSecond: number;
  readonly ratio: number;
  readonly statementsPerServerSecond: number;
}

/** What watching costs, beside the least that a program could do that asks the same servers. */
export async function measurePolling(demo: RunningDemo): Promise<PollingFigures> {
  const servers = demo.file.clusters['erp5']?.servers ?? [];
  const connections = await Promise.all(
    servers.map(({ host, port, rootUser: user, rootPassword: password, socket: socketPath }) =>
      connect({ host, port, socketPath, user, password }, 5_000),
    ),
  );
  try {
    const asked = async (): Promise<number> => {
      const counts = await Promise.all(
        connections.map(async (connection) => {
          const [row] = await connection.query("SHOW GLOBAL STATUS LIKE 'Questions'", { timeoutMs: 5_000 });
          return Number(row?.['Value'] ?? 0);
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const { pid } = demo.file.console;
    const [questionsBefore, cpuBefore] = [await asked(), cpuSeconds(pid)];
    await delay(SPAN_MS);
    const consoleCpu = cpuSeconds(pid) - cpuBefore;
    // Its own counting is one statement a server.
    const questions = (await asked()) - questionsBefore - servers.length;
    const floorBefore = process.cpuUsage();
    for (let second = 0; second < SPAN_MS / 1000; second += 1) {
      await Promise.all(
        connections.map(async (connection) => {
          await connection.query('SHOW ALL SLAVES STATUS', { timeoutMs: 2_000 });
          await connection.query('SELECT @@gtid_binlog_pos, @@gtid_slave_pos, @@read_only', { timeoutMs: 2_000 });
        }),
      );
      await delay(1_000);
    }
    const floor = process.cpuUsage(floorBefore);
    const perServerSecond = servers.length * (SPAN_MS / 1000);
    const consoleCpuMsPerServerSecond = (consoleCpu * 1000) / perServerSecond;
    const floorCpuMsPerServerSecond = (floor.user + floor.system) / 1000 / perServerSecond;
    return {
      consoleCpuMsPerServerSecond,
      floorCpuMsPerServerSecond,
      ratio: consoleCpuMsPerServerSecond / floorCpuMsPerServerSecond,
      statementsPerServerSecond: questions / perServerSecond,
    };
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

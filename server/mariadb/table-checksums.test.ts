import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { connect } from './connection.ts';
import { text } from './row.ts';
import { tableChecksums } from './table-checksums.ts';

let cluster: SandboxCluster;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
});
afterAll(async () => await cluster.stop());

test('the server itself ends the checksum of a table that does not come in time, and what was read stands', async () => {
  const server = cluster.server('db-1');
  const { host, port } = server;
  const target = { host, port, ...cluster.accounts.root };
  const tables = ['a', 'b', 'c'].map((name) => `CREATE TABLE checked.${name} (id INT PRIMARY KEY)`);
  await server.sql('CREATE DATABASE checked', ...tables);
  const [holder, reader] = await Promise.all([connect(target, 5_000), connect(target, 5_000)]);
  try {
    await holder.query('LOCK TABLES checked.c WRITE', { timeoutMs: 5_000 });
    const { tables: read, skipped } = await tableChecksums(reader, 1_000);
    expect(read).toMatchObject({ 'checked.a': '0', 'checked.b': '0' });
    expect(skipped).toBeGreaterThan(0);
    // A connection that was given up would be gone here, and its statement might go on.
    const running = await reader.query('SHOW FULL PROCESSLIST', { timeoutMs: 5_000 });
    expect(running.filter((row) => row['Info'] !== null && text(row, 'Info').includes('CHECKSUM'))).toEqual([]);
  } finally {
    holder.destroy();
    reader.destroy();
  }
});

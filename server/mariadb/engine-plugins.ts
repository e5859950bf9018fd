import type { Connection } from './connection.ts';
import { text } from './row.ts';

/**
 * mariadbd's arguments by which another one has the storage engines that this server loaded as plugins; [] where it has none.
 * Rejects with SqlError. (PLUGIN_LIBRARY is NULL for what is built in: https://mariadb.com/kb/en/information-schema-plugins-table-table/)
 */
export async function enginePluginArguments(connection: Connection, timeoutMs: number): Promise<string[]> {
  const plugins = await connection.query(
    `SELECT DISTINCT PLUGIN_LIBRARY AS library, @@plugin_dir AS directory FROM information_schema.PLUGINS
     WHERE PLUGIN_TYPE = 'STORAGE ENGINE' AND PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_LIBRARY IS NOT NULL`,
    { timeoutMs },
  );
  const [first] = plugins;
  if (!first) return [];
  const libraries = plugins.map((plugin) => `--plugin-load-add=${text(plugin, 'library')}`);
  return [`--plugin-dir=${text(first, 'directory')}`, ...libraries];
}

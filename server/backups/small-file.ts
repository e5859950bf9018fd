import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The JSON in a small regular file; null when it is absent, a link, larger than that, or none. */
export async function readSmallJson(path: string, maxBytes: number): Promise<unknown> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const file = await handle.stat();
      if (!file.isFile() || file.size > maxBytes) return null;
      const json: unknown = JSON.parse(await handle.readFile('utf8'));
      return json;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

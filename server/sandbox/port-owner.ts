import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Which of the processes has the client's end of a TCP connection (IPv4 loopback) from that port, by what the kernel tells
 * of this machine (proc(5)); null where none of them has.
 */
export async function portOwner(port: number, processes: ReadonlyMap<string, number>): Promise<string | null> {
  const inode = await inodeOf(port);
  if (inode === null) return null;
  for (const [name, pid] of processes) if (await holds(pid, inode)) return name;
  return null;
}

/** Lines of /proc/net/tcp: number, local address:port in hexadecimal, remote one, state, …, inode as the tenth word. */
async function inodeOf(port: number): Promise<string | null> {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of (await readFile('/proc/net/tcp', 'utf8')).split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[1] === wanted && words[9] !== '0') return words[9] ?? null;
  }
  return null;
}

async function holds(pid: number, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // It may end, or close the file, while it is looked at.
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return links.includes(`socket:[${inode}]`);
}

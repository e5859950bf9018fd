import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, endingWithUs } from './command.mjs';
import { environment } from './node24.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** All that the pages are built from. */
const sources = [
  '{app,components,server/contract,public}/**/*',
  'next.config.*',
  'postcss.config.*',
  'tsconfig.json',
  'package-lock.json',
];

/** Builds the pages where their sources differ from the last build's. Throws SetupError with the compiler's words. */
export async function ensureBuild(root: string): Promise<void> {
  const fingerprint = sourceFingerprint(root);
  const stamp = join(root, '.next', 'baton-sources');
  if (fingerprint === null || read(stamp) === fingerprint) return;
  await step('pages', 'building', async () => {
    const [file = '', ...args] = endingWithUs([join(root, 'node_modules', '.bin', 'next'), 'build']);
    const { code, output } = await capture(file, args, {
      cwd: root,
      env: environment(root),
    });
    if (code !== 0) {
      // Turbopack replays a failed build from its cache.
      rmSync(join(root, '.next'), { recursive: true, force: true });
      throw new SetupError(`next build failed:\n${output.trim()}`);
    }
    writeFileSync(stamp, fingerprint);
  });
}

/** SHA-256 over names and contents; null where there are no pages. */
function sourceFingerprint(root: string): string | null {
  const entries = globSync(sources, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  if (!files.some((file) => file.startsWith(join(root, 'app') + '/'))) return null;
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

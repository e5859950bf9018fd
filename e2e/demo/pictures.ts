import { AxeBuilder } from '@axe-core/playwright';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

/** Pictures go beside the other results; `npm run screenshots` puts them where the README shows them. */
export const folder = process.env['BATON_SCREENSHOTS'] ?? join(import.meta.dirname, '../../test-results/screenshots');

/** The page as it stands in that scheme, judged by axe and photographed whole. */
export async function judged(page: Page, name: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect
    .soft(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      `${name}, ${colorScheme}`,
    )
    .toEqual([]);
  await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
}

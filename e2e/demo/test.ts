import { readFileSync } from 'node:fs';
import { test as base, type Page } from '@playwright/test';
import { connect, type Row } from '../../server/mariadb/connection.ts';
import { ConsoleClient } from './console-client.ts';
import type { DemoFile, DemoServer } from './running-demo.ts';

/** The demo as a test meets it. */
export interface Demo {
  readonly file: DemoFile;
  readonly client: ConsoleClient;
  server(name: string): DemoServer;
  /** Runs statements as root on one server and answers the rows of the last. */
  sql(server: string, ...statements: string[]): Promise<Row[]>;
}

/** `demo`: the running demo. `console`: a page that is signed in as its admin. */
export const test = base.extend<{ demo: Demo; console: Page }>({
  // Playwright takes the fixtures a fixture needs from this pattern, so that it must stand here even when empty.
  // oxlint-disable-next-line no-empty-pattern
  demo: async ({}, use) => {
    // Read again for each test: a console that was killed comes back with another pid.
    const file: DemoFile = JSON.parse(readFileSync(process.env['BATON_E2E_DEMO'] ?? '', 'utf8'));
    const server = (name: string): DemoServer => {
      const found = file.clusters['erp5']?.servers.find((one) => one.name === name);
      if (!found) throw new Error(`the demo has no server ${name}`);
      return found;
    };
    await use({
      file,
      client: new ConsoleClient(file),
      server,
      async sql(name, ...statements) {
        const { host, port, socket, rootUser, rootPassword } = server(name);
        const target = { host, port, socketPath: socket, user: rootUser, password: rootPassword };
        const connection = await connect(target, 5_000);
        try {
          let rows: Row[] = [];
          for (const statement of statements) rows = await connection.query(statement, { timeoutMs: 10_000 });
          return rows;
        } finally {
          connection.destroy();
        }
      },
    });
  },
  console: async ({ page, demo }, use) => {
    await signIn(page, demo, demo.file.console.username, demo.file.console.password);
    await use(page);
  },
});

/** Signs a page in through the form, as a person does. */
export async function signIn(page: Page, demo: Demo, username: string, password: string): Promise<void> {
  await page.goto(`${demo.file.console.url}/sign-in`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.pathname === '/');
}

export { expect } from '@playwright/test';

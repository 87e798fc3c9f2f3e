import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { PASSWORD } from '../support/person.js';
import { ServerProcess } from '../support/server-process.js';

const QUIET = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync --disable-component-update';

describe('Swagger UI', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  const failures: string[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    server = await ServerProcess.start({ DATABASE_URL: database.url, JWT_SECRET: 'for tests only, '.repeat(3) });
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [...QUIET.split(' '), '--disable-background-networking'],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) failures.push(line.text());
    });
    page.on('requestfailed', (request) => failures.push(request.url()));
    await page.goto(`${server.url}/docs`);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await database.drop();
  });

  const operation = (id: string): Locator => page.locator(`.opblock[id$="-${id}"]`);

  /** Opens a route, as a person does, and executes it; resolves with the status and the body of the answer. */
  const execute = async (id: string, body?: object): Promise<{ status: string; json: Record<string, unknown> }> => {
    const block = operation(id);
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Try it out' }).click();
    if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
    await block.getByRole('button', { name: 'Execute' }).click();
    const answer = block.locator('.live-responses-table .response');
    const status = await answer.locator('.response-col_status').innerText();
    const text = await answer.locator('.response-col_description pre.microlight').first().innerText();
    return { status: status.trim().slice(0, 3), json: JSON.parse(text) as Record<string, unknown> };
  };

  it('shows every group of routes', async () => {
    await page.locator('.opblock-tag').first().waitFor();
    const tags = await page.locator('.opblock-tag').allInnerTexts();
    const names = tags.map((tag) => tag.trim().split(/\s/)[0]);
    expect(names).toEqual(['auth', 'sessions', 'users', 'groups', 'messages', 'health']);
  });

  it('registers, authorizes, calls a closed route, and is still authorized after a reload', async () => {
    const { status, json } = await execute('authRegister', { username: 'swagger', password: PASSWORD });
    expect([status, json.tokenType]).toEqual(['201', 'Bearer']);
    expect((await execute('usersGetMe')).json.code).toBe('unauthenticated');

    await page.locator('.auth-wrapper .authorize').first().click();
    const bearer = page.locator('.auth-container').filter({ hasText: 'bearer (http, Bearer)' });
    await bearer.locator('input').fill(json.accessToken as string);
    await bearer.getByRole('button', { name: 'Apply credentials' }).click();
    await bearer.getByRole('button', { name: 'Close' }).click();
    // Not `reload`: the address remembers which route was open.
    await page.goto('about:blank');
    await page.goto(`${server.url}/docs`);

    const me = await execute('usersGetMe');
    expect([me.status, me.json.username]).toEqual(['200', 'swagger']);
  });

  it('logs in with a username and a password, and says so when they are wrong', async () => {
    await page.locator('.auth-wrapper .authorize').first().click();
    const bearer = page.locator('.auth-container').filter({ hasText: 'bearer (http, Bearer)' });
    await bearer.getByRole('button', { name: 'Remove authorization' }).click();
    const oauth = page.locator('.auth-container').filter({ hasText: 'OAuth2, password' });
    const logIn = async (password: string) => {
      await oauth.locator('#oauth_username').fill('swagger');
      await oauth.locator('#oauth_password').fill(password);
      await oauth.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    };
    await logIn('wrong');
    await oauth.getByText('Wrong username or password').waitFor();
    await logIn(PASSWORD);
    await oauth.getByRole('button', { name: 'Remove authorization' }).waitFor();
    await oauth.getByRole('button', { name: 'Close' }).click();

    const block = operation('usersGetMe');
    await block.getByRole('button', { name: 'Execute' }).click();
    await block.locator('.live-responses-table').getByText('"username": "swagger"').waitFor();
  });

  it('offers a body that works as it is', async () => {
    const { status, json } = await execute('groupsCreate');
    expect([status, json.kind, json.name]).toEqual(['201', 'public', 'Engineering']);
  });

  it('fills in no optional parameter', async () => {
    const { status } = await execute('groupsList');
    expect(status).toBe('200');
    expect(await operation('groupsList').locator('.request-url').innerText()).not.toMatch(/cursor|query=/);
  });

  it('loads nothing from elsewhere, and without an error or a breach of the content security policy', () => {
    expect(failures).toEqual([]);
  });
});

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

  /** What the browser keeps for the origin, which is the chat's too. */
  const kept = () =>
    page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');

  it('tells how to get a token, takes it, and calls a closed route with it', async () => {
    const { status, json } = await execute('authRegister', { username: 'swagger', password: PASSWORD });
    expect([status, json.tokenType]).toEqual(['201', 'Bearer']);
    expect((await execute('usersGetMe')).json.code).toBe('unauthenticated');

    await page.locator('.auth-wrapper .authorize').first().click();
    const dialog = page.locator('.auth-container');
    expect(await dialog.count()).toBe(1);
    await dialog.getByText('copy accessToken from the answer').waitFor();
    await dialog.locator('input').fill(json.accessToken as string);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();

    const block = operation('usersGetMe');
    await block.getByRole('button', { name: 'Execute' }).click();
    await block.locator('.live-responses-table').getByText('"username": "swagger"').waitFor();
  });

  it('keeps nothing of it in the browser', async () => {
    expect(await kept()).toBe('[{},{},""]');
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

  it.each(['/docs', '/'])('removes at %s what an earlier version kept', async (path) => {
    await page.evaluate(`localStorage.setItem('authorized', '{"oauth2":{"password":"secret"}}')`);
    await page.goto('about:blank');
    await page.goto(server.url + path);
    await page.locator('#swagger-ui .info, form').first().waitFor();
    expect(await kept()).toBe('[{},{},""]');
  });

  it('loads nothing from elsewhere, and without an error or a breach of the content security policy', () => {
    expect(failures).toEqual([]);
  });
});

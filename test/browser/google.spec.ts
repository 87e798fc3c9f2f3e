import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { OpenIdProvider } from '../support/openid-provider.js';
import { PASSWORD, Person } from '../support/person.js';
import { ServerProcess } from '../support/server-process.js';
import { Visitor } from './visitor.js';

const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';

describe('With Google', () => {
  let google: OpenIdProvider;
  let database: TestDatabase;
  let server: ServerProcess;
  let browser: Browser;
  const visitors: Visitor[] = [];
  /** Further servers of one test. */
  const others: ServerProcess[] = [];

  beforeAll(async () => {
    google = await new OpenIdProvider().open();
    database = await createDatabase();
    server = await ServerProcess.start(environment());
    google.serve(server.url);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [...FLAGS.split(' '), '--disable-component-update', '--disable-sync'],
    });
  });
  afterEach(async () => {
    const left = visitors.splice(0);
    await Promise.all(left.map((visitor) => visitor.leave()));
    await Promise.all(others.splice(0).map((other) => other.stop()));
    expect(left.flatMap(({ faults }) => faults)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await database.drop();
    await google.close();
  });

  const plain = () => ({ DATABASE_URL: database.url, JWT_SECRET: 'for tests only, '.repeat(3) });
  const environment = () => {
    const { clientId, clientSecret, authorizationUrl, tokenUrl, userinfoUrl } = google.settings;
    return {
      ...plain(),
      GOOGLE_CLIENT_ID: clientId,
      GOOGLE_CLIENT_SECRET: clientSecret,
      GOOGLE_AUTHORIZATION_URL: authorizationUrl,
      GOOGLE_TOKEN_URL: tokenUrl,
      GOOGLE_USERINFO_URL: userinfoUrl,
    };
  };
  const arrive = async (path = '/', url = server.url): Promise<Visitor> => {
    const visitor = await Visitor.arrive(browser, url);
    visitors.push(visitor);
    await visitor.open(path);
    return visitor;
  };
  const setOut = ({ page }: Visitor) => page.getByRole('link', { name: 'Continue with Google' }).click();
  /** Logs in at the provider, and agrees. */
  const agree = async ({ page }: Visitor, subject: string) => {
    await page.locator('input[name=login]').fill(subject);
    await page.locator('input[name=password]').fill('x');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const notice = ({ page }: Visitor) => page.getByRole('alert').filter({ hasText: /\w/ });

  it('one logs in, stays logged in, and no address ever has a token', async () => {
    const visitor = await arrive();
    const addresses: string[] = [];
    visitor.page.on('request', (request) => addresses.push(request.url()));
    google.claims.set('grace', { name: 'Grace Hopper', email: 'grace@example.org', email_verified: true });
    await setOut(visitor);
    await agree(visitor, 'grace');
    await visitor.button('Log out').waitFor();
    await visitor.page.getByText('Grace Hopper').first().waitFor();
    expect(visitor.page.url()).toBe(`${server.url}/#/`);
    const [cookie] = (await visitor.context.cookies(server.url)).filter(({ name }) => name === 'messendger');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(addresses.filter((address) => address.includes(cookie!.value) || /token=|eyJ/.test(address))).toEqual([]);
    await visitor.page.reload();
    await visitor.button('Log out').waitFor();
  });

  it('one lands where one wanted to go', async () => {
    const ann = await Person.register(server.url, 'ann');
    const group = await ann.group('public');
    const visitor = await arrive(`/#/groups/${group.id}`);
    await setOut(visitor);
    await agree(visitor, randomUUID());
    await visitor.page.getByRole('heading', { name: group.name! }).first().waitFor();
  });

  it('whoever does not agree is told so, and can log in otherwise', async () => {
    const visitor = await arrive();
    await setOut(visitor);
    await visitor.page.getByRole('link', { name: /cancel/i }).click();
    await notice(visitor).getByText('You did not agree at Google').waitFor();
    await visitor.logIn(await Person.register(server.url, 'ann'));
  });

  it.each([
    ['a wrong state', '?code=x&state=y', 'began in another window'],
    ['a refusal that nobody asked for', '?error=access_denied', 'began in another window'],
  ])('the page says what happened with %s', async (_, query, words) => {
    const visitor = await arrive(`/auth/google/callback${query}`);
    await notice(visitor).getByText(words).waitFor();
    expect(visitor.page.url()).toBe(`${server.url}/#/`);
  });

  it('the page says what happened with a code that comes again', async () => {
    const visitor = await arrive();
    let back = '';
    visitor.page.on('request', (request) => {
      if (request.url().includes('/callback?')) back = request.url();
    });
    await setOut(visitor);
    await agree(visitor, randomUUID());
    await visitor.button('Log out').waitFor();

    const other = await arrive(back.slice(server.url.length));
    await notice(other).getByText('began in another window').waitFor();
  });

  it('the page says what happened with a provider that is down', async () => {
    // Browsers find it, and the server does not.
    const lonely = await ServerProcess.start({ ...environment(), GOOGLE_TOKEN_URL: 'http://127.0.0.1:1/token' });
    others.push(lonely);
    google.serve(server.url, lonely.url);
    const visitor = await arrive('/', lonely.url);
    await setOut(visitor);
    await agree(visitor, randomUUID());
    await notice(visitor).getByText('Google can’t be reached').waitFor();
  });

  it('one links the account that one has, and unlinks it', async () => {
    const ann = await Person.register(server.url, 'ann');
    const visitor = await arrive();
    await visitor.logIn(ann);
    const openSettings = () =>
      visitor.page
        .getByRole('button', { name: /profile|settings/i })
        .first()
        .click();
    await openSettings();
    const giveIt = async () => {
      await visitor.page.getByLabel('Your password').fill(PASSWORD);
      await visitor.button('Continue').click();
    };
    await visitor.button('Link Google').click();
    await giveIt();
    await agree(visitor, 'linked-one');
    await visitor.page.getByText('Your account is linked with Google.').waitFor();

    const elsewhere = await arrive();
    await setOut(elsewhere);
    await agree(elsewhere, 'linked-one');
    await elsewhere.button('Log out').waitFor();
    await elsewhere.page.getByText(ann.user.displayName).first().waitFor();

    await openSettings();
    await visitor.button('Unlink Google').click();
    await giveIt();
    await visitor.button('Link Google').waitFor();
  });

  it('the page shows no button where it is not set up', async () => {
    const without = await ServerProcess.start(plain());
    others.push(without);
    const asked = (await arrive('/', without.url)).page;
    await asked.reload({ waitUntil: 'networkidle' });
    await asked.getByLabel('Username or email').waitFor();
    expect(await asked.getByText('Google').count()).toBe(0);
  });
});

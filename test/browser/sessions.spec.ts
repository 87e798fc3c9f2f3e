import { describe, expect, it } from '@jest/globals';
import type { SessionInfo } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { PASSWORD, Person } from '../support/person.js';
import { BuiltServer } from './built-server.js';
import { Stage, until } from './stage.js';
import type { Visitor } from './visitor.js';

describe('A session at the page', () => {
  const stage = Stage.forThisFile();

  const sessionsOf = async ({ api }: Person) =>
    (await api.get<{ items: SessionInfo[] }>('/users/me/sessions')).body.items;
  const listOf = ({ page }: Visitor) =>
    page.getByRole('region', { name: 'Where you are logged in' }).getByRole('listitem');

  /** Without the cookie by which the server knows the device again, which is good for no login by itself. */
  const sessionCookies = async ({ context }: Visitor) =>
    (await context.cookies()).filter(({ name }) => name !== 'messendger-device');

  it('stays over a reload, with nothing that a script could read', async () => {
    const { ann } = await stage.pair();
    const her = await stage.at(ann);
    for (let round = 0; round < 2; round += 1) {
      await her.page.reload();
      await her.button('Log out').waitFor();
    }
    expect(await her.page.evaluate<string>('JSON.stringify([{ ...localStorage }, document.cookie])')).toBe('[{},""]');
    const cookies = await sessionCookies(her);
    expect(cookies).toEqual([expect.objectContaining({ name: 'messendger', httpOnly: true, sameSite: 'Strict' })]);
  });

  it('is refreshed once for all tabs, and nobody notices', async () => {
    const { ann } = await stage.pair();
    const her = await stage.visitor();
    await her.context.clock.install();
    await her.open('/');
    await her.logIn(ann);
    const second = await her.context.newPage();
    await second.goto(stage.url);
    await second.getByRole('button', { name: 'Log out' }).waitFor();
    let refreshes = 0;
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => (isOpen = resolve));
    await her.context.route('**/auth/refresh', async (route) => {
      refreshes += 1;
      await opened;
      await route.continue();
    });
    await her.context.clock.fastForward('14:59');
    for (const page of [her.page, second]) await page.getByRole('button', { name: 'Your profile' }).click();
    await until(() => refreshes > 0);
    isOpen();
    for (const page of [her.page, second]) await page.getByText('this browser').waitFor();
    expect(refreshes).toBe(1);
  });

  it('outlives its access tokens', async () => {
    const server = await BuiltServer.start({ ACCESS_TOKEN_TTL: '4s' });
    try {
      const ann = await Person.register(server.url, 'ann');
      const group = await ann.group();
      const her = await stage.visitor(server.url);
      let connections = 0;
      her.page.on('websocket', () => (connections += 1));
      await her.open('/');
      await her.logIn(ann);
      await her.openGroup(group.name!);
      await until(() => connections >= 3, 'the token to end twice');
      await her.say('Still here');
      await her.message('Still here').getByRole('img', { name: 'Sent' }).waitFor();
      await her.leave();
    } finally {
      await server.stop();
    }
  });

  it('that is ended elsewhere shows the door, in every tab', async () => {
    const { ann } = await stage.pair();
    const her = await stage.at(ann);
    const second = await her.context.newPage();
    await second.goto(stage.url);
    await second.getByRole('button', { name: 'Log out' }).waitFor();
    await ann.api.request('DELETE', '/users/me/sessions', { password: PASSWORD });
    for (const page of [her.page, second]) {
      await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      await page.getByRole('status').filter({ hasText: 'Your session has ended.' }).waitFor();
    }
    await her.page.reload();
    await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });

  describe('that ends without a logout', () => {
    const kept = ({ page }: Visitor) => page.evaluate<string>('JSON.stringify({ ...localStorage })');

    /** She writes a draft, and her session is ended elsewhere. */
    const leaveDraft = async (ann: Person, her: Visitor, name: string) => {
      await her.openGroup(name);
      await her.composer.fill('Not for your eyes');
      await ann.api.request('DELETE', '/users/me/sessions', { password: PASSWORD });
      await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      expect(await kept(her)).toContain('Not for your eyes');
    };

    it('keeps a draft for the same user’s next login, and clears it when she logs out', async () => {
      const { ann, name } = await stage.pair();
      const her = await stage.at(ann);
      await leaveDraft(ann, her, name);
      await her.logIn(ann);
      if (!(await her.composer.isVisible())) await her.openGroup(name);
      await until(async () => (await her.composer.inputValue()) === 'Not for your eyes');
      await her.button('Log out').click();
      await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      expect(await kept(her)).toBe('{}');
    });

    it('clears a draft when another user logs in', async () => {
      const { ann, ben, name } = await stage.pair();
      const her = await stage.at(ann);
      await leaveDraft(ann, her, name);
      await her.logIn(ben);
      expect(await kept(her)).toBe('{}');
    });

    it('clears a draft that nobody came back for in seven days', async () => {
      const { ann, name } = await stage.pair();
      const her = await stage.at(ann);
      await leaveDraft(ann, her, name);
      await her.page.evaluate(`localStorage['messendger.ended-at'] -= 7 * 86_400_000 - 60_000`);
      await her.page.reload();
      await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      expect(await kept(her)).toContain('Not for your eyes');
      await her.page.evaluate(`localStorage['messendger.ended-at'] -= 120_000`);
      await her.page.reload();
      await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      expect(await kept(her)).toBe('{}');
    });
  });

  it('is in the list of sessions, from which the others can be ended', async () => {
    const { ann } = await stage.pair();
    const her = await stage.at(ann);
    for (let count = 0; count < 2; count += 1) {
      await new Api(stage.url).post('/login', { username: ann.user.username, password: PASSWORD });
    }
    const giveIt = async (password: string) => {
      await her.page.getByLabel('Your password').fill(password);
      await her.button('Continue').click();
    };
    await her.button('Your profile').click();
    await until(async () => (await listOf(her).count()) === 4);
    expect(await listOf(her).filter({ hasText: 'this browser' }).innerText()).toMatch(/Chrome on Linux/);
    await listOf(her).filter({ hasNotText: 'this browser' }).first().getByRole('button').click();
    await giveIt('wrong one');
    await her.page.getByText('The password is wrong').first().waitFor();
    await giveIt(PASSWORD);
    await until(async () => (await listOf(her).count()) === 3);
    await her.button('Log out everywhere else').click();
    await giveIt(PASSWORD);
    await until(async () => (await listOf(her).count()) === 1);
    expect((await ann.api.get('/users/me')).body.code).toBe('session_ended');
  });

  it('ends at the server when one logs out, and not while the server is away', async () => {
    const { ann } = await stage.pair();
    const her = await stage.at(ann);
    await her.context.route('**/logout', (route) => route.abort());
    await her.button('Log out').click();
    await her.page.getByText('The server can’t be reached.').waitFor();
    expect(await sessionsOf(ann)).toHaveLength(2);
    await her.context.unroute('**/logout');
    await her.button('Log out').click();
    await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await sessionsOf(ann)).toHaveLength(1);
    expect(await sessionCookies(her)).toEqual([]);
  });
});

import { afterAll, describe, expect, it } from '@jest/globals';
import { BuiltServer } from './built-server.js';
import { Stage } from './stage.js';

describe('The page of a server', () => {
  const stage = Stage.forThisFile();
  const servers: BuiltServer[] = [];
  const arrive = async (settings: Record<string, string>, path = '/') => {
    const server = await BuiltServer.start(settings);
    servers.push(server);
    const visitor = await stage.visitor(server.url);
    await visitor.open(path);
    return visitor;
  };
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('that takes invited users shows the form for a new account behind a registration link alone', async () => {
    const visitor = await arrive({ REGISTRATION: 'invited' });
    await visitor.button('Create an account').waitFor({ state: 'detached' });
    await visitor.button('Log in').waitFor();
    await visitor.open('/#/register?invite=made-up');
    await visitor.page.reload();
    await visitor.page.getByRole('heading', { name: 'Create your account' }).waitFor();
    await visitor.page.getByLabel('Username').fill('somebody');
    await visitor.page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await visitor.button('Create account').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'registration link is invalid' }).waitFor();
  });

  it('without passwords shows no form for one', async () => {
    const visitor = await arrive({ PASSWORD_LOGIN: 'off' });
    await visitor.page.getByLabel('Password', { exact: true }).waitFor({ state: 'detached' });
    expect(await visitor.page.getByRole('textbox').count()).toBe(0);
    expect(await visitor.button('Create an account').count()).toBe(0);
  });
});

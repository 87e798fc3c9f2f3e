import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AccountSwitch } from '../../src/auth/account-switch.js';
import type { AuthResult } from '../../src/changes/contract.js';
import { Config } from '../../src/config/config.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { ChatClient } from '../support/chat-client.js';
import { verifyAddress } from '../support/database.js';
import { PASSWORD, Person } from '../support/person.js';

const EVENT_LINE = /^event=(\w+)/;

describe('The security log', () => {
  let app: TestApp;
  let nobody: Api;
  let ann: Person;
  const lines: string[] = [];

  beforeAll(async () => {
    const { limits } = new Config();
    const many = { points: 10_000, duration: 60 };
    const few = { points: 3, duration: 900 };
    app = await startApp({
      rateLimits: true,
      limits: { ...limits, request: many, login: many, register: many, reset: many, account: few },
    });
    nobody = new Api(app.url);
    const silent = () => undefined;
    const log = (line: string, context?: string) => {
      if (context === 'Security') lines.push(line);
    };
    Logger.overrideLogger({ log, warn: silent, error: silent });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    ann = await Person.register(app.url, 'ann');
    lines.length = 0;
  });

  const events = () => lines.map((line) => EVENT_LINE.exec(line)?.[1]);

  it('tells of a registration and a login, whose and from where, with the id of the request', async () => {
    const body = { username: ann.user.username, password: PASSWORD };
    const { headers } = await nobody.post<AuthResult>('/login', body);
    const id = headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines).toEqual([`event=login_succeeded requestId=${id} address=127.0.0.1 userId=${ann.id}`]);
    const ben = await Person.register(app.url, 'ben');
    expect(lines.at(-1)).toMatch(new RegExp(`^event=registered .*userId=${ben.id}$`));
  });

  it('tells of wrong passwords, for which account, and that it is locked', async () => {
    const guess = () => nobody.post('/login', { username: ann.user.username, password: 'wrong' });
    for (let count = 0; count < 4; count += 1) await guess();
    expect(events()).toEqual(['login_failed', 'login_failed', 'login_failed', 'login_locked']);
    expect(lines[0]).toMatch(new RegExp(`reason=invalid_credentials.*userId=${ann.id}|userId=${ann.id}.*reason=`));
    await nobody.post('/login', { username: 'nobody-at-all', password: 'wrong' });
    expect(lines.at(-1)).not.toContain('userId');
  });

  it.each<[event: string, act: () => Promise<unknown>]>([
    [
      'password_changed',
      () => ann.api.post('/users/me/password', { oldPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
    ],
    ['login_failed', () => ann.api.post('/users/me/password', { oldPassword: 'wrong', newPassword: `${PASSWORD}!` })],
    [
      'email_change_requested',
      () => ann.api.patch('/users/me', { email: 'new@example.org', currentPassword: PASSWORD }),
    ],
    ['password_reset_requested', () => nobody.post('/auth/password/forgotten', { email: 'ann@example.org' })],
    ['sessions_ended', () => ann.api.request('DELETE', '/users/me/sessions', { password: PASSWORD })],
    ['logout', () => ann.api.post('/logout')],
    ['data_exported', () => ann.api.get('/users/me/export')],
    ['account_erased', () => ann.api.request('DELETE', '/users/me', { password: PASSWORD })],
    ['unauthenticated', () => new Api(app.url, 'forged').get('/users/me')],
    ['account_deactivated', () => app.nest.get(AccountSwitch).deactivate(ann.user.username)],
    ['account_activated', () => app.nest.get(AccountSwitch).activate(ann.user.username)],
  ])('tells of %s', async (event, act) => {
    await act();
    expect(events()).toEqual([event]);
    expect(lines[0]).not.toMatch(/correct horse|example\.org/);
  });

  it('tells of a new name of a profile nothing', async () => {
    await ann.api.patch('/users/me', { displayName: 'Ann M.' });
    expect(lines).toEqual([]);
  });

  it('tells of a password that is reset by a link', async () => {
    await app.database.query('UPDATE users SET pending_email = $2, pending_email_expires_at = now() WHERE id = $1', [
      ann.id,
      `${ann.user.username}@example.org`,
    ]);
    await verifyAddress(app.database, ann.user.username);
    const token = (await app.nest.get(AccountSwitch).resetLink(ann.user.username)).split('token=')[1]!;
    await nobody.post('/auth/password/reset', { token, newPassword: 'four other words entirely' });
    expect(events()).toEqual(['reset_link_made', 'password_reset']);
    expect(lines.join()).not.toContain(token);
  });

  it('tells of a refresh token that was copied', async () => {
    const login = await nobody.post<AuthResult>('/login', { username: ann.user.username, password: PASSWORD });
    const { refreshToken } = login.body;
    const next = await nobody.post<AuthResult>('/auth/refresh', { refreshToken });
    await nobody.post('/auth/refresh', { refreshToken: next.body.refreshToken });
    await app.database.query(`UPDATE sessions SET rotated_at = now() - interval '1 hour' WHERE user_id = $1`, [ann.id]);
    await nobody.post('/auth/refresh', { refreshToken });
    expect(events()).toContain('refresh_token_reused');
    expect(lines.join()).not.toContain(refreshToken!);
  });

  it('tells of who is added to a group and removed, of a group that is deleted, and of what is forbidden', async () => {
    const ben = await Person.register(app.url, 'ben');
    const group = await ann.group('private', ben);
    await ben.api.delete(`/groups/${group.id}`);
    await ann.api.delete(`/groups/${group.id}/members/${ben.id}`);
    await ann.api.delete(`/groups/${group.id}`);
    expect(events().slice(1)).toEqual(['member_added', 'forbidden', 'member_removed', 'group_deleted']);
    expect(lines.at(-2)).toContain(`actorId=${ann.id} userId=${ben.id} groupId=${group.id}`);
  });

  it('tells of connections and commands that are refused', async () => {
    await ChatClient.connect(app.url, { auth: { token: 'forged' } }).catch(() => undefined);
    expect(lines.at(-1)).toBe('event=unauthenticated address=127.0.0.1 reason=unauthenticated');
    const group = await (await Person.register(app.url, 'ben')).group('public');
    const client = await ann.connect();
    await client.raw('message:send', { groupId: group.id, text: 'Hello' });
    expect(lines.at(-1)).toBe(`event=forbidden address=127.0.0.1 actorId=${ann.id} reason=not_a_member`);
    client.close();
  });

  it('writes twenty lines a minute for one kind of refusal of one network, however many there are', async () => {
    const forged = new Api(app.url, 'forged');
    for (let count = 0; count < 40; count += 1) await forged.get('/users/me');
    const written = events().filter((event) => event === 'unauthenticated').length;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThanOrEqual(20);
  });

  it('writes a line for every login, however many there are', async () => {
    const body = { username: ann.user.username, password: PASSWORD };
    for (let count = 0; count < 25; count += 1) await nobody.post('/login', body);
    expect(events()).toEqual(Array.from({ length: 25 }, () => 'login_succeeded'));
  });
});

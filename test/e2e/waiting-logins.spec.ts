import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AuthResult } from '../../src/changes/contract.js';
import { Api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { PASSWORD } from '../support/person.js';

/** The password was right when it was looked at; what counts is the account when the session is stored. */
describe('A login to an account', () => {
  let app: TestApp;
  let nobody: Api;
  let userId: string;
  let username: string;
  let holder: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    nobody = new Api(app.url);
  });
  beforeEach(async () => {
    username = `user-${randomUUID().slice(0, 13)}`;
    const { body } = await nobody.post<AuthResult>('/register', { username, password: PASSWORD });
    userId = body.user.id;
    await app.database.query('DELETE FROM sessions WHERE user_id = $1', [userId]);
    holder = new pg.Client({ connectionString: app.database.url });
    await holder.connect();
  });
  afterEach(() => holder.end());
  afterAll(() => app.close());

  /** Whether a login stands before the lock of the user's row. */
  async function isWaiting(): Promise<boolean> {
    const found = await app.database.query(
      `SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR SHARE%'`,
    );
    return found.length === 1;
  }

  /** Begins the change, logs in with the password of before, and commits the change once the login waits for it. */
  async function logInDuring(change: string) {
    await holder.query('BEGIN');
    await holder.query(`UPDATE users SET ${change} WHERE id = $1`, [userId]);
    const answer = nobody.post<{ code?: string }>('/login', { username, password: PASSWORD });
    const deadline = Date.now() + 10_000;
    while (!(await isWaiting())) if (Date.now() > deadline) throw new Error('the login does not wait');
    await holder.query('COMMIT');
    const { status, body } = await answer;
    const sessions = await app.database.query('SELECT 1 FROM sessions WHERE user_id = $1', [userId]);
    return [status, body.code, sessions.length];
  }

  it.each([
    ['gets another password meanwhile is refused', `password_hash = 'another'`, [401, 'invalid_credentials', 0]],
    ['is deactivated meanwhile is refused', 'deactivated_at = now()', [403, 'account_deactivated', 0]],
    ['is erased meanwhile is refused', 'deleted_at = now()', [401, 'invalid_credentials', 0]],
    ['gets another name to show is none the worse for it', `display_name = 'Ann'`, [200, undefined, 1]],
  ])('that %s', async (_, change, end) => {
    expect(await logInDuring(change)).toEqual(end);
  });
});

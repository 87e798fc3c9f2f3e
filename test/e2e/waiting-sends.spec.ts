import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import { Person } from '../support/person.js';

/** What is written there is read from a snapshot that is older than the lock: see `MessageStore`. */
describe('A send that waits for the lock of its group', () => {
  let app: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let holder: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    [ann, bob] = [await Person.register(app.url, 'ann'), await Person.register(app.url, 'bob')];
  });
  beforeEach(async () => {
    holder = new pg.Client({ connectionString: app.database.url });
    await holder.connect();
  });
  afterEach(() => holder.end());
  afterAll(() => app.close());

  const send = (person: Person, text: string) => person.api.post<Message>('/messages', { groupId: group.id, text });
  const texts = async () => {
    const { body } = await ann.api.get<Page<Message>>(`/messages?groupId=${group.id}`);
    return body.items.map(({ seq, revision, text }) => [seq, revision, text]);
  };

  /** Whether a writing statement of the application stands before a lock. */
  async function isWaiting(): Promise<boolean> {
    // Asked outside of the holder's transaction, in which the activity would stay as it was first seen.
    const found = await app.database.query(
      `SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%WITH draft AS%'`,
    );
    return found.length === 1;
  }

  /** Takes the group's lock, lets `person` send, and once the send waits changes bob's membership and commits. */
  async function sendDuring(person: Person, change: string) {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM groups WHERE id = $1 FOR NO KEY UPDATE', [group.id]);
    const answer = send(person, 'waited');
    while (!(await isWaiting()));
    await holder.query(`UPDATE groups SET revision = 4, members_revision = 4 WHERE id = $1`, [group.id]);
    await holder.query(change, [group.id, bob.id]);
    await holder.query('COMMIT');
    return answer;
  }

  const END = 'UPDATE memberships SET revision = 4, left_at = now() WHERE group_id = $1 AND user_id = $2';

  it('is refused when the membership of the sender ended meanwhile', async () => {
    group = await ann.group('public', bob);
    expect((await sendDuring(bob, END)).body).toMatchObject({ status: 403, code: 'not_a_member' });
    expect(await texts()).toEqual([]);
    await send(ann, 'next');
    expect(await texts()).toEqual([[1, 5, 'next']]);
  });

  it('is stored when the sender got in meanwhile', async () => {
    group = await ann.group('public', bob);
    await bob.api.delete(`/groups/${group.id}/members/${bob.id}`);
    await app.database.query('UPDATE groups SET revision = 3, members_revision = 3 WHERE id = $1', [group.id]);
    const begin = 'UPDATE memberships SET revision = 4, left_at = NULL WHERE group_id = $1 AND user_id = $2';
    expect((await sendDuring(bob, begin)).status).toBe(201);
    expect(await texts()).toEqual([[1, 5, 'waited']]);
  });

  it('is stored once when somebody else left meanwhile', async () => {
    group = await ann.group('public', bob);
    expect((await sendDuring(ann, END)).status).toBe(201);
    expect(await texts()).toEqual([[1, 5, 'waited']]);
  });
});

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

  /** Whether a statement of the application that begins so stands before a lock. */
  async function isWaiting(begin = 'draft'): Promise<boolean> {
    // Asked outside of the holder's transaction, in which the activity would stay as it was first seen.
    const found = await app.database.query(
      `SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
      [`%WITH ${begin} AS%`],
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

  describe('as a change of a message does', () => {
    let message: Message;
    beforeEach(async () => {
      group = await ann.group('public', bob);
      message = (await send(bob, 'first')).body;
    });

    /** Takes the group's lock, begins a change, and once that waits stores what `meanwhile` says as revision 5. */
    async function changeDuring<T>(begin: () => Promise<T>, ...meanwhile: [string, unknown[]][]): Promise<T> {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM groups WHERE id = $1 FOR NO KEY UPDATE', [group.id]);
      const answer = begin();
      while (!(await isWaiting('original')));
      await holder.query('UPDATE groups SET revision = 5 WHERE id = $1', [group.id]);
      for (const [sql, values] of meanwhile) await holder.query(sql, values);
      await holder.query('COMMIT');
      return answer;
    }
    const REACT = 'INSERT INTO reactions (message_id, emoji, user_id, created_at) VALUES ($1, $2, $3, now())';
    const SHOW = 'UPDATE messages SET revision = 5, reactions = $2 WHERE id = $1';
    const annReacts = (): [string, unknown[]][] => [
      [REACT, [message.id, '👍', ann.id]],
      [SHOW, [message.id, JSON.stringify([{ emoji: '👍', count: 1, userIds: [ann.id] }])]],
    ];

    it('is refused when the membership of the author ended meanwhile', async () => {
      const edit = () => bob.api.patch(`/messages/${message.id}`, { text: 'edited' });
      const { body } = await changeDuring(
        edit,
        [END, [group.id, bob.id]],
        ['UPDATE groups SET members_revision = 5 WHERE id = $1', [group.id]],
      );
      expect(body).toMatchObject({ status: 403, code: 'not_a_member' });
      expect(await texts()).toEqual([[1, 4, 'first']]);
    });

    it('adds a reaction to one that another member added meanwhile', async () => {
      const react = () => bob.api.put<Message>(`/messages/${message.id}/reactions/${encodeURIComponent('👍')}`);
      const { body } = await changeDuring(react, ...annReacts());
      expect(body).toMatchObject({ revision: 6, reactions: [{ emoji: '👍', count: 2, userIds: [ann.id, bob.id] }] });
    });

    it('deletes a message with a reaction that was added meanwhile', async () => {
      const { body } = await changeDuring(() => bob.api.delete<Message>(`/messages/${message.id}`), ...annReacts());
      expect(body).toMatchObject({ revision: 6, text: '', reactions: [] });
      expect(await app.database.query('SELECT 1 FROM reactions WHERE message_id = $1', [message.id])).toEqual([]);
    });
  });
});

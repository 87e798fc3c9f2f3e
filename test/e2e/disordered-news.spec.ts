import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ChangeBus, type GroupNews } from '../../src/changes/change-bus.js';
import type { Group, Message, Page } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { Person } from '../support/person.js';

const MESSAGES = 20;

/** Two nodes on one database without Redis: the test carries the news of one to the bus of the other, as it likes. */
describe('News that the bus brings again, too early or not at all', () => {
  let near: TestApp;
  let far: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  let reader: ChatClient;

  beforeAll(async () => {
    near = await startApp();
    far = await startApp({}, near.database);
    [ann, bob] = [await Person.register(far.url, 'ann'), (await Person.register(far.url, 'bob')).at(near.url)];
  });
  beforeEach(async () => {
    group = await ann.group('public', bob);
    reader = await bob.connect();
  });
  afterAll(async () => {
    await far.close();
    await near.close();
  });

  /** The news of what `work` does at the far node. */
  async function newsOf(work: () => Promise<unknown>): Promise<GroupNews[]> {
    const news: GroupNews[] = [];
    const stop = far.nest.get(ChangeBus).onGroup(group.id, (one) => news.push(one));
    await work();
    stop();
    return news;
  }

  async function talk(): Promise<void> {
    for (let count = 0; count < MESSAGES; count += 1) {
      const { id } = await ann.send(group.id, `${count}`);
      if (count % 3 === 0) await ann.api.patch(`/messages/${id}`, { text: `${count}, edited` });
      if (count % 5 === 0) await ann.api.delete(`/messages/${id}`);
    }
  }

  function carry(news: GroupNews[]): void {
    for (const one of news) near.nest.get(ChangeBus).publishToGroup(group.id, one);
  }

  const backwards = (news: GroupNews[]) => news.toReversed();
  /** Far from where they were, and the same in every run. */
  const shuffled = (news: GroupNews[]) => news.map((_, index) => news[(index * 7) % news.length]!);

  /** What the reader was given is what there is, in order, nothing of it twice. */
  async function expectAllOnce(messages: number): Promise<void> {
    const revisions = reader.changesOf(group.id).map(({ payload }) => payload.revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    const created = reader.all('message:created').map(({ message }) => message.seq);
    expect(created).toEqual(Array.from({ length: messages }, (_, index) => index + 1));
    const shown = new Map(
      reader.received
        .flatMap(({ payload }) => ('message' in payload ? [payload.message] : []))
        .map((message) => [message.seq, message]),
    );
    const { body } = await bob.api.get<Page<Message>>(`/messages?groupId=${group.id}&limit=100`);
    expect([...shown.values()]).toEqual(body.items.toSorted((a, b) => a.seq - b.seq));
    bob.leave();
  }

  it.each<[what: string, distort: (news: GroupNews[]) => GroupNews[]]>([
    ['each at once again', (news) => news.flatMap((one) => [one, one])],
    ['everything once more, as it was and backwards', (news) => [...news, ...news, ...backwards(news)]],
    ['the last first', backwards],
    ['far too early and far too late, twice', (news) => [...shuffled(news), ...shuffled(news)]],
    ['some not at all, and the others twice', (news) => [...news, ...news].filter((one) => news.indexOf(one) % 3 > 0)],
  ])('reaches the members in order and each change once: %s', async (_, distort) => {
    const news = await newsOf(talk);
    expect(news.length).toBe(MESSAGES + 11);
    carry(distort(news));
    carry(await newsOf(() => ann.send(group.id, 'the last')));
    await reader.until(() => reader.textsOf(group.id).at(-1) === 'the last');
    carry(distort(news));
    carry(await newsOf(() => ann.send(group.id, 'after it')));
    await reader.until(() => reader.textsOf(group.id).at(-1) === 'after it');

    await expectAllOnce(MESSAGES + 2);
  });

  it('reaches the members in order and each change once: while the same is read from the database', async () => {
    const news = await newsOf(talk);
    const holder = new pg.Client({ connectionString: near.database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE messages');
    carry(news.slice(-1));
    const isReading = () =>
      near.database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
    while ((await isReading()).length === 0);
    carry(news);
    await holder.query('COMMIT');
    await holder.end();
    carry(await newsOf(() => ann.send(group.id, 'the last')));
    await reader.until(() => reader.textsOf(group.id).at(-1) === 'the last');
    await expectAllOnce(MESSAGES + 1);
  });
});

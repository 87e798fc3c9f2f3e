import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeBus } from '../../src/changes/change-bus.js';
import type { Change, Group, Message } from '../../src/changes/contract.js';
import { startApp, type TestApp } from '../support/app.js';
import type { ChatClient } from '../support/chat-client.js';
import { DatabaseLine } from '../support/database-line.js';
import { Person } from '../support/person.js';

/** Further messages, up to where a page of what changed ends: the first one, which is edited, is behind it. */
const FILL = `
  WITH filled AS (
    UPDATE groups SET last_seq = last_seq + 200, revision = revision + 200 WHERE id = $1 RETURNING id, last_seq, revision
  )
  INSERT INTO messages (id, group_id, seq, revision, created_revision, sender_id, text, created_at)
  SELECT gen_random_uuid(), id, last_seq - n, revision - n, revision - n, $2, 'filling', now()
    FROM filled, generate_series(0, 199) AS n`;

/**
 * Two nodes on one database without Redis, so that the near one learns from the database what happens at the far one. What
 * it reads there as new is new to who was connected; a device that comes meanwhile may have it from the history.
 */
describe('A device that comes to a node that is behind', () => {
  let far: TestApp;
  let line: DatabaseLine;
  let near: TestApp;
  let ann: Person;
  let bob: Person;
  let group: Group;
  /** The device first catches up with this one. */
  let before: Group;
  let present: ChatClient;
  let message: Message;

  beforeAll(async () => {
    far = await startApp();
    line = await DatabaseLine.to(far.database.url);
    near = await startApp({ databaseUrl: line.url }, far.database);
  });
  beforeEach(async () => {
    [ann, bob] = [await Person.register(far.url, 'ann'), (await Person.register(far.url, 'bob')).at(near.url)];
    [group, before] = [await ann.group('public', bob), await ann.group('public', bob)];
    present = await bob.connect();
    message = await ann.send(group.id, 'first');
    await ann.send(before.id, 'of interest later');
  });
  afterEach(() => bob.leave());
  afterAll(async () => {
    await near.close();
    line.close();
    await far.close();
  });

  /** A device to which it was said where its groups stand, and that is not yet in `group`. */
  async function comingDevice(): Promise<{ device: ChatClient; goOn: () => void }> {
    const held = line.holdQuestion(before.id);
    const device = await bob.connect({ [before.id]: 3 });
    return { device, goOn: await held };
  }

  const edit = (text: string) => ann.api.patch(`/messages/${message.id}`, { text });
  /** Edits the message, and has the near node read that from the database. */
  async function editKnown(...texts: string[]): Promise<void> {
    const { revision } = (await ann.api.get<Group>(`/groups/${group.id}`)).body;
    for (const text of texts.slice(0, -1)) await edit(text);
    const stop = far.nest.get(ChangeBus).onGroup(group.id, (news) => {
      near.nest.get(ChangeBus).publishToGroup(group.id, news);
    });
    await edit(texts.at(-1)!);
    stop();
    await present.until(() => present.cursorOf(group.id) === revision + texts.length);
  }

  const brief = ({ event, payload }: Change) => [event, payload.revision];

  async function expectChangedAndThenNew(device: ChatClient): Promise<void> {
    await ann.send(group.id, 'last');
    for (const client of [present, device]) await client.until(() => client.textsOf(group.id).includes('last'));
    expect(device.changesOf(group.id).map(brief)).toEqual([
      ['message:updated', 5],
      ['message:created', 6],
    ]);
    expect(present.textsOf(group.id)).toHaveLength(2);
  }

  it('is given what it has as changed, when the node reads on because of it', async () => {
    const { device, goOn } = await comingDevice();
    await edit('edited');
    goOn();
    await expectChangedAndThenNew(device);
  });

  it('is given what it has as changed, when the node read on shortly before it', async () => {
    const { device, goOn } = await comingDevice();
    await editKnown('edited');
    goOn();
    await expectChangedAndThenNew(device);
  });

  it('is given what it has as changed, when the node is in the middle of reading on', async () => {
    const letSweep = await line.holdQuestion('SELECT id, revision FROM groups');
    await far.database.query(FILL, [group.id, ann.id]);
    const { device, goOn } = await comingDevice();
    const secondPage = line.holdQuestion(`${group.id}\u0000\u0000\u0000\u0003204`);
    const read = editKnown('edited');
    const readSecondPage = await secondPage;
    await present.until(() => present.cursorOf(group.id) === 204);
    goOn();
    await device.next('group:synced', ({ groupId }) => groupId === before.id);
    readSecondPage();
    await read;
    letSweep();
    await device.until(() => device.cursorOf(group.id) === 205);
    expect(device.changesOf(group.id).map(brief)).toEqual([['message:updated', 205]]);
  });

  it('is told that it has everything, when it had to read on itself', async () => {
    const { device, goOn } = await comingDevice();
    await editKnown('edited', 'edited again');
    goOn();
    expect(await device.next('group:synced', ({ groupId }) => groupId === group.id)).toMatchObject({ revision: 6 });
  });
});

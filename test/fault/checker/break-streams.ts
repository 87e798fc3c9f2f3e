import type { Random } from '../driver/random.js';
import type { Entry, Received } from '../history/entries.js';
import { isEvent, live } from './places.js';
import { GROUP, type Story } from './synthetic.js';

/** Each of these breaks the promise in one place of what clients were given, for the checker to find. */

export function swapContents(story: Story, random: Random): void {
  const entry = story.history[random.pick(live(story, /created/))] as Received;
  entry.message = { ...entry.message!, id: 'another', text: 'other' };
}

export function swapEvents(story: Story, random: Random): void {
  const { history } = story;
  const later = random.pick(live(story, /message/));
  const { connection } = history[later] as Received;
  const earlier = history.findLastIndex(
    (entry, index) => index < later && isEvent(entry) && entry.connection === connection && entry.event !== 'ready',
  );
  [history[earlier], history[later]] = [history[later]!, history[earlier]!];
}

export function repeatEvent(story: Story, random: Random): void {
  const index = random.pick(live(story, /updated|deleted|left/));
  story.history.splice(index + 1, 0, structuredClone(story.history[index]!));
}

/** From the last connection, on which no replay comes to confirm. */
export function dropEvent(story: Story): void {
  const open = story.history.findLast((entry) => entry.type === 'connected');
  const connection = open?.type === 'connected' ? open.connection : '';
  const own = story.history.flatMap((entry, index) =>
    isEvent(entry) && entry.connection === connection && !/ready|synced/.test(entry.event) ? [index] : [],
  );
  const synced = story.history.findIndex(
    (entry) => isEvent(entry) && entry.connection === connection && entry.event === 'group:synced',
  );
  const candidates = own.filter((index) => index > synced);
  const last = story.history.at(-1)!;
  if (candidates.length > 1) story.history.splice(candidates[0]!, 1);
  else addHole(story, connection, last.at);
}

function addHole({ history, rows }: Story, connection: string, at: number): void {
  const revision = rows.groups[0]!.revision + 2;
  const settled = history.findIndex(({ type }) => type === 'settled');
  history.splice(settled, 0, { type: 'event', connection, event: 'group:updated', groupId: GROUP, revision, at });
}

export function dropReplayed(story: Story): void {
  const { history } = story;
  const synced = history.findIndex(
    (entry, index) => isEvent(entry) && entry.event === 'group:synced' && replayed(history, index) !== undefined,
  );
  history.splice(replayed(history, synced)!, 1);
}

/** The event of the same connection just before, if it was part of the replay and is still how its row is. */
function replayed(history: Entry[], synced: number): number | undefined {
  const entry = history[synced - 1]!;
  if (!isEvent(entry) || !entry.message) return undefined;
  const newer = history.some(
    (other) => isEvent(other) && other.message?.id === entry.message!.id && other.revision! > entry.revision!,
  );
  return newer ? undefined : synced - 1;
}

export function replayTooMuch({ history }: Story): void {
  const index = history.findIndex((entry) => isEvent(entry) && entry.event === 'ready' && entry.at > 1_030);
  const { connection, at } = history[index] as Received;
  history.splice(index + 1, 0, { type: 'event', connection, event: 'group:updated', groupId: GROUP, revision: 1, at });
}

export function createTwice(story: Story, random: Random): void {
  const index = random.pick(live(story, /created/));
  const entry = story.history[index] as Received;
  const again = { ...entry, revision: story.rows.groups[0]!.revision + 1 };
  const next = story.history.findIndex((one, place) => place > index && one.type === 'disconnected');
  story.history.splice(next, 0, again);
}

export function updateUnseen(story: Story, random: Random): void {
  const entry = story.history[random.pick(live(story, /created/))] as Received;
  entry.event = 'message:updated';
}

export function leakToRemoved({ history, rows }: Story): void {
  const index = history.findIndex((entry) => isEvent(entry) && entry.event === 'group:removed');
  const { connection } = history[index] as Received;
  const left = rows.memberships.find((row) => row.left)!;
  const [revision, at] = [left.revision + 1, history[index]!.at];
  history.splice(index, 0, { type: 'event', connection, event: 'group:updated', groupId: GROUP, revision, at });
}

export function leakToStranger({ history }: Story): void {
  const at = history.at(-1)!.at;
  const connection = 'eve#1';
  history.push({ type: 'connected', connection, user: 'eve', cursors: {}, at });
  history.push({ type: 'event', connection, event: 'typing', groupId: GROUP, at });
}

/** What the client was given last of a message is not how it is. */
export function showAnother(story: Story): void {
  const { history, rows } = story;
  const settled = history.findIndex(({ type }) => type === 'settled');
  const row = rows.messages.findLast(({ id }) => history.some((entry) => isEvent(entry) && entry.message?.id === id))!;
  const last = history.findLastIndex(
    (entry, index) =>
      index < settled && isEvent(entry) && entry.message?.id === row.id && /ann|bob/.test(entry.connection),
  );
  const entry = history[last] as Received;
  entry.message = { ...entry.message!, pinned: !entry.message!.pinned };
}

export function stopEarly({ history }: Story): void {
  const lines = new Map(
    history.flatMap((entry) => (entry.type === 'connected' ? [[entry.user, entry.connection]] : [])),
  );
  const connection = lines.get('cid')!;
  const own = history.findLastIndex((entry) => isEvent(entry) && entry.connection === connection);
  history.splice(own, 1);
}

export function answer500({ history }: Story): void {
  const at = history.at(-1)!.at;
  history.push({ type: 'invoked', attempt: 9_999, verb: 'edit', user: 'ann', groupId: GROUP, at });
  history.push({ type: 'unknown', attempt: 9_999, why: 'internal_error', at });
}

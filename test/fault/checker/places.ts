import type { Random } from '../driver/random.js';
import type { Acknowledged, Entry, Invoked, Received } from '../history/entries.js';
import type { MessageRow } from './rows.js';
import type { Story } from './synthetic.js';

export const isEvent = (entry: Entry): entry is Received => entry.type === 'event';

/** Places in the history of events that came live: each is the next revision after the one before it. */
export function live({ history }: Story, event: RegExp, who: RegExp = /ann|bob/): number[] {
  return history.flatMap((entry, index) => {
    if (!isEvent(entry) || !event.test(entry.event) || !who.test(entry.connection)) return [];
    const before = history.slice(0, index).findLast((other) => isEvent(other) && other.connection === entry.connection);
    return isEvent(before!) && before.revision === entry.revision! - 1 ? [index] : [];
  });
}

/** The acknowledgements of sends. */
export function acksOf({ history }: Story): Acknowledged[] {
  const sends = new Set(history.flatMap((entry) => (isSend(entry) ? [entry.attempt] : [])));
  return history.filter((entry) => entry.type === 'ok').filter(({ attempt }) => sends.has(attempt));
}

const isSend = (entry: Entry): entry is Invoked => entry.type === 'invoked' && entry.verb === 'send';

export function acknowledgedRow(story: Story, random: Random): MessageRow {
  const ids = new Set(acksOf(story).map(({ message }) => message!.id));
  return random.pick(story.rows.messages.filter(({ id, deleted }) => ids.has(id) && !deleted));
}

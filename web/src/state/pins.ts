import type { Message } from '../../../src/changes/contract';

/** The pinned messages of a group with a message as it is now, the one that was pinned last first. */
export function withPin(pins: Message[], message: Message): Message[] {
  const known = pins.find(({ id }) => id === message.id);
  if (known ? known.revision >= message.revision : message.pinnedAt === null) return pins;
  const others = pins.filter(({ id }) => id !== message.id);
  return message.pinnedAt === null ? others : [...others, message].sort(byPin);
}

function byPin(a: Message, b: Message): number {
  return Date.parse(b.pinnedAt ?? '') - Date.parse(a.pinnedAt ?? '') || b.seq - a.seq;
}

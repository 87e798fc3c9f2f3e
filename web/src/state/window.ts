import type { Message, Page } from '../../../src/changes/contract';
import type { MessageWindow } from './model';

/** How many messages of a group are kept in memory at most; what is dropped is loaded again when it is scrolled to. */
export const WINDOW_LIMIT = 400;

/** How many are kept of a conversation that is not on the screen. */
export const PARKED_LIMIT = 100;

/** Changes that arrived while a page was on its way, by message id: the page may be older than they are. */
export type Overlay = ReadonlyMap<string, Message>;

/** A window made of one page. */
export function windowOf(page: Page<Message>, overlay: Overlay): MessageWindow {
  const window = {
    messages: freshest(page.items, overlay),
    hasOlder: page.prevCursor !== null,
    hasNewer: page.nextCursor !== null,
  };
  return withNewer(window, overlay);
}

/** The window grown by a page of older messages; beyond the limit the newest are dropped. */
export function withOlderPage(window: MessageWindow, page: Page<Message>, overlay: Overlay): MessageWindow {
  const messages = joined(freshest(page.items, overlay), window.messages);
  return {
    messages: messages.slice(0, WINDOW_LIMIT),
    hasOlder: page.prevCursor !== null,
    hasNewer: window.hasNewer || messages.length > WINDOW_LIMIT,
  };
}

/** The window grown by a page of newer messages; beyond the limit the oldest are dropped. */
export function withNewerPage(window: MessageWindow, page: Page<Message>, overlay: Overlay): MessageWindow {
  const messages = joined(window.messages, freshest(page.items, overlay));
  return withNewer(keepNewest({ ...window, messages, hasNewer: page.nextCursor !== null }, WINDOW_LIMIT), overlay);
}

/**
 * The window with a message as it is now. A new one is added when the window reaches to the newest; when the reader is
 * further up (`following` is false) and the window is full, it ends there instead, so that nothing being read is dropped.
 */
export function withMessage(window: MessageWindow, message: Message, following: boolean): MessageWindow {
  const { messages } = window;
  const at = messages.findLastIndex(({ seq }) => seq <= message.seq);
  const found = messages[at];
  if (found?.seq === message.seq) {
    return found.revision >= message.revision ? window : { ...window, messages: messages.with(at, message) };
  }
  if (at === -1 && window.hasOlder) return window;
  // Between two that are there: what a replay gives in the order of its changes closes up like this.
  if (at < messages.length - 1) return { ...window, messages: messages.toSpliced(at + 1, 0, message) };
  if (window.hasNewer) return window;
  if (messages.length >= WINDOW_LIMIT && !following) return { ...window, hasNewer: true };
  return keepNewest({ ...window, messages: [...messages, message] }, WINDOW_LIMIT);
}

/** The quotes of a message follow it when it is edited or deleted. */
export function withQuotesOf(window: MessageWindow, message: Message): MessageWindow {
  if (!window.messages.some(({ replyTo }) => replyTo?.id === message.id)) return window;
  const excerpt = excerptOf(message);
  const messages = window.messages.map((other) =>
    other.replyTo?.id === message.id ? { ...other, replyTo: { ...other.replyTo, excerpt } } : other,
  );
  return { ...window, messages };
}

const EXCERPT = 200;

/** The beginning of a message, as a reply quotes it; empty once it is deleted. */
export function excerptOf(message: Pick<Message, 'text' | 'deletedAt'>): string {
  return message.deletedAt ? '' : [...message.text].slice(0, EXCERPT).join('');
}

/** The window cut to its newest messages. */
export function keepNewest(window: MessageWindow, limit: number): MessageWindow {
  if (window.messages.length <= limit) return window;
  return { ...window, messages: window.messages.slice(-limit), hasOlder: true };
}

function freshest(items: Message[], overlay: Overlay): Message[] {
  return items.map((item) => {
    const changed = overlay.get(item.id);
    return changed && changed.revision > item.revision ? changed : item;
  });
}

/** Adds what arrived beyond the end of the window while its last page was on its way. */
function withNewer(window: MessageWindow, overlay: Overlay): MessageWindow {
  if (window.hasNewer) return window;
  const newest = window.messages.at(-1)?.seq ?? 0;
  const newer = [...overlay.values()].filter(({ seq }) => seq > newest).sort((a, b) => a.seq - b.seq);
  return newer.reduce((grown, message) => withMessage(grown, message, true), window);
}

/** Two runs of messages after each other; where they overlap, the one with the higher revision counts. */
function joined(older: Message[], newer: Message[]): Message[] {
  const bySeq = new Map<number, Message>();
  for (const message of [...older, ...newer]) {
    const known = bySeq.get(message.seq);
    if (!known || known.revision < message.revision) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

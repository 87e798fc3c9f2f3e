import { createContext, use, useSyncExternalStore } from 'react';
import { session } from '../session';
import type { ChatState, GroupEntry } from '../state/model';
import { useStore } from '../state/store';
import { Chat } from './chat';

let current: Chat | null = null;
let ofUser: string | null = null;
const listeners = new Set<() => void>();

/** A chat lives as long as its user is logged in, whatever is on the screen. */
function follow(): void {
  const user = session.get()?.user ?? null;
  if ((user?.id ?? null) === ofUser) {
    if (user) current?.take(user);
    return;
  }
  current?.stop();
  ofUser = user?.id ?? null;
  current = user && new Chat(user);
  void current?.start();
  for (const listener of listeners) listener();
}

session.subscribe(follow);
follow();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The chat of whoever is logged in, or null. */
export function useCurrentChat(): Chat | null {
  return useSyncExternalStore(subscribe, () => current);
}

export const ChatContext = createContext<Chat | null>(null);

/** The chat, within the part of the page that is there only for those who are logged in. */
export function useChat(): Chat {
  const chat = use(ChatContext);
  if (!chat) throw new Error('There is no chat here');
  return chat;
}

/** A part of what the chat knows. */
export function useChatState<T>(select: (state: ChatState) => T): T {
  return useStore(useChat().store, select);
}

/** One of my groups. */
export function useGroup(groupId: string): GroupEntry | undefined {
  return useChatState((state) => state.groups[groupId]);
}

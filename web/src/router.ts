import { useSyncExternalStore } from 'react';

/** What the address shows. */
export type Route =
  | { name: 'home' }
  | { name: 'discover' }
  | { name: 'group'; groupId: string }
  | { name: 'register'; invite: string }
  | LinkRoute;

/** A link of a letter: to choose a new password, or to prove an address. */
export interface LinkRoute {
  name: 'reset' | 'verify';
  token: string;
}

/** The address of a conversation, to link to within the page. */
export const groupPath = (groupId: string): string => `#/groups/${groupId}`;

/** The address of a conversation, to give to others. */
export const groupLink = (groupId: string): string => `${location.origin}${location.pathname}${groupPath(groupId)}`;

export const HOME = '#/';
export const DISCOVER = '#/discover';

export function parseRoute(hash: string): Route {
  const groupId = /^#\/groups\/([^/?#]+)$/.exec(hash)?.[1];
  if (groupId) return { name: 'group', groupId: groupId.toLowerCase() };
  const link = /^#\/(reset|verify)\?token=([\w-]+)$/.exec(hash);
  if (link) return { name: link[1] as LinkRoute['name'], token: link[2]! };
  const invite = /^#\/register\?invite=([\w-]+)$/.exec(hash)?.[1];
  if (invite) return { name: 'register', invite };
  return { name: hash === DISCOVER ? 'discover' : 'home' };
}

/** Goes to an address within the page. */
export function go(path: string): void {
  location.hash = path;
}

/** If the conversation is on the screen, goes back to the start, without leaving a way back to it. */
export function closeRoute(groupId: string): void {
  const route = parseRoute(location.hash);
  if (route.name !== 'group' || route.groupId !== groupId) return;
  history.replaceState(null, '', HOME);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The address as it is now. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

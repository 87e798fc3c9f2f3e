import { useSyncExternalStore } from 'react';
import type { AuthResult, OwnUser } from '../../src/changes/contract';
import { keep, onOtherTab, recallValue } from './storage';

/** Who is logged in here, and the token that says so. This module is the only one that knows where it is kept. */
export interface Session {
  token: string;
  user: OwnUser;
}

const stored = () => recallValue('session') as Session | null;

let current = stored();
let ending: string | null = null;
const listeners = new Set<() => void>();

function become(next: Session | null): void {
  current = next;
  for (const listener of listeners) listener();
}

function remember(next: Session): void {
  keep('session', JSON.stringify(next));
  become(next);
}

// Logging in or out in one tab does it in all of them.
onOtherTab((name) => {
  if (name === 'session') become(stored());
});

export const session = {
  get: (): Session | null => current,

  /** Someone logged in or registered. */
  begin({ accessToken, user }: AuthResult): void {
    ending = null;
    remember({ token: accessToken, user });
  },

  /** Who is logged in changed something about themselves. */
  update(user: OwnUser): void {
    if (current) remember({ ...current, user });
  },

  /** Nobody is logged in any more; `why` is told above the login form. */
  end(why: string | null = null): void {
    if (!current) return;
    ending = why;
    keep('session', null);
    become(null);
  },

  /** Why the last session ended, if not by logging out. */
  ending: (): string | null => ending,

  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Who is logged in, or null. */
export function useSession(): Session | null {
  return useSyncExternalStore(session.subscribe, session.get);
}

import { useSyncExternalStore } from 'react';
import type { AuthResult, OwnUser } from '../../src/changes/contract';

/**
 * Who is logged in here. The access token is in the memory of the tabs and nowhere else; the refresh token is in a cookie
 * that no script can read, and gives a new tab its access token (see `tokens.ts`).
 */
export interface Session {
  user: OwnUser;
  token: string;
  /** When the token ends, by the clock of this browser, in milliseconds since the epoch. */
  expiresAt: number;
}

/** What the tabs of a browser tell each other. */
interface News {
  session: Session | null;
  why: string | null;
}

/** Undefined until the cookie has been asked. */
let current: Session | null | undefined;
let ending: string | null = null;
const listeners = new Set<() => void>();
const tabs = new BroadcastChannel('messendger.session');

function become({ session, why }: News): void {
  current = session;
  ending = why;
  for (const listener of listeners) listener();
}

// Logging in or out in one tab does it in all of them, and a token that one fetched is for all.
tabs.onmessage = ({ data }: MessageEvent<News>) => become(data);

function tell(news: News): void {
  become(news);
  tabs.postMessage(news);
}

export const session = {
  /** Null when nobody is logged in, undefined while that is not known. */
  get: (): Session | null | undefined => current,

  /** Someone logged in or registered, or got a new token. */
  begin({ accessToken, expiresIn, user }: AuthResult): void {
    tell({ session: { user, token: accessToken, expiresAt: Date.now() + expiresIn * 1_000 }, why: null });
  },

  /** Who is logged in changed something about themselves. */
  update(user: OwnUser): void {
    if (current) tell({ session: { ...current, user }, why: null });
  },

  /** The server says that a token has ended, whatever our clock says. */
  expire(token: string): void {
    if (current?.token === token) current = { ...current, expiresAt: 0 };
  },

  /** Nobody is logged in any more; `why` is told above the login form. */
  end(why: string | null = null): void {
    if (current) tell({ session: null, why });
    else become({ session: null, why: null });
  },

  /** Why the last session ended, if not by logging out. */
  ending: (): string | null => ending,

  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Who is logged in; null for nobody, undefined while that is not known. */
export function useSession(): Session | null | undefined {
  return useSyncExternalStore(session.subscribe, session.get);
}

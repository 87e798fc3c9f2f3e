import type { AuthResult } from '../../src/changes/contract';
import { BY_COOKIE, request } from './http';
import { Problem } from './problem';
import { session } from './session';

/** A token that ends sooner than this is as good as ended, in milliseconds. */
const MARGIN = 2_000;
/** How long tabs may take to hear of a new token, in milliseconds. */
const HEARING = 100;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;

export const SESSION_OVER = 'Your session has ended. Log in again, and everything is where you left it.';

let refreshing: Promise<void> | undefined;

/** An access token that is good for a while. Throws a `Problem`; when the session is over it has ended here too. */
export async function freshToken(): Promise<string> {
  if (!isFresh()) await (refreshing ??= alone(refresh).finally(() => (refreshing = undefined)));
  return session.get()?.token ?? '';
}

/** Finds out from the cookie whether someone is logged in, however long the server is away. */
export async function restore(): Promise<void> {
  for (let delay = FIRST_RETRY; session.get() === undefined; delay = Math.min(delay * 2, LONGEST_RETRY)) {
    await freshToken().catch(() => undefined);
    if (session.get() === undefined) await sleep(delay);
  }
}

async function refresh(): Promise<void> {
  // Another tab was first, or nobody is logged in any more.
  if (isFresh() || session.get() === null) return;
  const before = session.get();
  try {
    session.begin(await request<AuthResult>('POST', '/auth/refresh', { headers: BY_COOKIE }));
  } catch (error) {
    if (error instanceof Problem && isFinal(error) && session.get() === before) session.end(SESSION_OVER);
    throw error;
  }
}

function isFresh(): boolean {
  const now = session.get();
  return !!now && now.expiresAt - Date.now() > MARGIN;
}

/** Whether the server refused the cookie, or the page has none; anything else may pass. */
function isFinal({ status }: Problem): boolean {
  return status === 400 || status === 401;
}

/**
 * Runs `work` while no other tab does. Browsers have locks only over TLS and on localhost; without one the tabs get the
 * same tokens all the same, for a refresh that is repeated at once is answered alike.
 */
function alone(work: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return work();
  return new Promise((resolve, reject) => {
    void navigator.locks.request('messendger.refresh', async () => {
      const done = work();
      done.then(resolve, reject);
      await done.catch(() => undefined);
      // Those who wait for their turn are to know the new token before it comes.
      await sleep(HEARING);
    });
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}

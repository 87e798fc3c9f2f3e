import type { User } from './user.entity.js';

/** The columns of an address that waits for its link. */
export type PendingEmail = Pick<User, 'pendingEmail' | 'pendingEmailExpiresAt' | 'pendingEmailSession'>;

/** How long an address waits for its link, in milliseconds. */
const PENDING_EMAIL_TTL_MS = 24 * 3_600_000;

/** No address waits. */
export const NO_PENDING_EMAIL: PendingEmail = {
  pendingEmail: null,
  pendingEmailExpiresAt: null,
  pendingEmailSession: null,
};

/** What to store for an address that begins to wait; `sessionId` is the session that asked for it. */
export function pendingEmail(address: string, sessionId: string | null): PendingEmail {
  return {
    pendingEmail: address,
    pendingEmailExpiresAt: new Date(Date.now() + PENDING_EMAIL_TTL_MS),
    pendingEmailSession: sessionId,
  };
}

/** The address that waits for its link, unless it has waited too long. */
export function pendingEmailOf({ pendingEmail, pendingEmailExpiresAt }: PendingEmail): string | null {
  return pendingEmailExpiresAt !== null && pendingEmailExpiresAt.getTime() > Date.now() ? pendingEmail : null;
}

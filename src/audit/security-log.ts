import { isIP } from 'node:net';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Problem, ProblemCode } from '../common/problem.js';

/** What is recorded: who got in or tried to, what changed the way in, and what was refused or erased. */
export type SecurityEventName =
  | 'registered'
  | 'login_succeeded'
  | 'login_failed'
  | 'login_locked'
  | 'logout'
  | 'sessions_ended'
  | 'refresh_token_reused'
  | 'password_changed'
  | 'password_reset_requested'
  | 'password_reset'
  | 'email_change_requested'
  | 'email_changed'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'account_deactivated'
  | 'account_activated'
  | 'account_erased'
  | 'data_exported'
  | 'member_added'
  | 'member_removed'
  | 'group_deleted'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limited';

/** Where an event comes from, as far as that is known. */
export interface SecurityEventOrigin {
  requestId?: string | undefined;
  /** The client's IP address. */
  address?: string | null | undefined;
  /** The user who acts. */
  actorId?: string | undefined;
}

/** What an event is about. Names, email addresses and texts stay out. */
export interface SecurityEventDetails {
  /** Whose account it is, where that is not the user who acts. */
  userId?: string | undefined;
  groupId?: string | undefined;
  sessionId?: string | undefined;
  /** The stable code of the problem that was answered. */
  reason?: string;
}

/** Lines of one event from one address in a minute; what is above is counted, and told in one line. */
const MAX_LINES = 20;
const WINDOW_MS = 60_000;
/** Addresses and events that are counted in one window. */
const MAX_KEYS = 10_000;

/**
 * Writes a line for each event that matters to security (OWASP ASVS 5.0, 16.3), with the request, its address and its
 * user. An attack writes a bounded number of lines: many of a kind from one address are summed up.
 */
@Injectable()
export class SecurityLog implements OnApplicationShutdown {
  private readonly logger = new Logger('Security');
  private readonly counts = new Map<string, number>();
  private readonly timer = setInterval(() => this.summarize(), WINDOW_MS).unref();

  record(event: SecurityEventName, origin: SecurityEventOrigin, details: SecurityEventDetails = {}): void {
    const address = isIP(origin.address ?? '') ? origin.address : null;
    if (this.count(`${event} ${address ?? ''}`) > MAX_LINES) return;
    this.write({ event, ...origin, address, ...details });
  }

  /** Records that a request or command was refused, if the refusal matters to security. */
  recordRefusal({ code, status, extras }: Problem, origin: SecurityEventOrigin): void {
    const event = EVENT_BY_CODE[code] ?? EVENT_BY_STATUS[status];
    const isLock = code === 'rate_limited' && extras.limit?.name === 'account';
    if (event) this.record(isLock ? 'login_locked' : event, origin, { reason: code, userId: extras.accountId });
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.summarize();
  }

  private count(key: string): number {
    if (!this.counts.has(key) && this.counts.size >= MAX_KEYS) return MAX_LINES + 1;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count;
  }

  private summarize(): void {
    for (const [key, count] of this.counts) {
      const [event, address] = key.split(' ');
      if (count > MAX_LINES) this.write({ event, address, unlogged: count - MAX_LINES });
    }
    this.counts.clear();
  }

  /** One line of `key=value` pairs, which reads the same in development and within JSON. */
  private write(fields: Record<string, unknown>): void {
    const pairs = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
    this.logger.log(pairs.map(([name, value]) => `${name}=${String(value)}`).join(' '));
  }
}

const EVENT_BY_CODE: Partial<Record<ProblemCode, SecurityEventName>> = {
  invalid_credentials: 'login_failed',
  wrong_password: 'login_failed',
  account_deactivated: 'login_failed',
};

const EVENT_BY_STATUS: Partial<Record<number, SecurityEventName>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  429: 'rate_limited',
};

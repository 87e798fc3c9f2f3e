import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/problem.js';
import { Config } from '../../config/config.js';
import { type LinkPurpose, OneTimeToken } from '../../users/one-time-token.entity.js';
import { NO_PENDING_EMAIL } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';

/** How long a link is good. It is as good as a password, so not for long (OWASP Forgot Password Cheat Sheet). */
const LIFE: Record<LinkPurpose, string> = { reset: '1 hour', verify: '24 hours' };
const BYTES = 32;
/** Links that a user may have at a time for one purpose; a further one ends the oldest. */
const MAX_LINKS = 3;
/** Addresses that waited too long and are erased with one link. */
const MAX_ERASED = 100;

/**
 * The user whom a link is for, as long as its address (`$5`) is still theirs: a link for a password goes to the verified
 * address, one that verifies to the address that waits, which then waits as long as the link is good (`$4`).
 */
const OWNER: Record<LinkPurpose, string> = {
  reset: `SELECT id FROM users WHERE id = $2 AND email IS NOT DISTINCT FROM $5 AND deleted_at IS NULL FOR NO KEY UPDATE`,
  verify: `UPDATE users SET pending_email_expires_at = now() + $4::interval
            WHERE id = $2 AND pending_email = $5 AND pending_email_expires_at > now() AND deleted_at IS NULL RETURNING id`,
};

/** Links to the page that are good once: random, stored as a hash, and gone with the first use. */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /**
   * A new link for the user, to be sent to `address`: null when that is not theirs any more, since such a link would
   * prove what is not so. The token is in the fragment, which no browser sends to a server or names as the referrer.
   */
  async make(userId: string, address: string | null, purpose: LinkPurpose): Promise<string | null> {
    const token = randomBytes(BYTES).toString('base64url');
    const isMade = await this.dataSource.transaction(async (manager) => {
      const made = await manager.query<unknown[]>(
        `WITH owner AS MATERIALIZED (${OWNER[purpose]})
         INSERT INTO one_time_tokens (hash, user_id, purpose, expires_at)
         SELECT $1::bytea, id, $3, now() + $4::interval FROM owner RETURNING user_id`,
        [hashOf(token), userId, purpose, LIFE[purpose], address],
      );
      await makeRoom(manager, userId, purpose);
      return made.length > 0;
    });
    return isMade ? `${this.config.pageUrl}/#/${purpose}?token=${token}` : null;
  }

  /** Whose link it is, which it stays. Throws `link_invalid`. */
  async look(token: string, purpose?: LinkPurpose): Promise<User> {
    const user = await this.dataSource.manager
      .createQueryBuilder(User, 'user')
      .innerJoin(OneTimeToken, 'link', 'link.userId = user.id AND link.hash = :hash', { hash: hashOf(token) })
      .where('link.expiresAt > now() AND link.purpose = coalesce(:purpose, link.purpose)', { purpose: purpose ?? null })
      .getOne();
    if (!user) throw new Problem('link_invalid');
    return user;
  }

  /** Uses a token up, and returns whose it was, whose row is held. Of many uses at once, one succeeds. Throws `link_invalid`. */
  async use(manager: EntityManager, token: string, purpose: LinkPurpose): Promise<User> {
    // The user's row first, as everything that ends links does: two that are used at once wait for each other.
    await manager.query(
      `SELECT FROM one_time_tokens t JOIN users u ON u.id = t.user_id WHERE t.hash = $1 FOR NO KEY UPDATE OF u`,
      [hashOf(token)],
    );
    const [rows] = await manager.query<[{ user_id: string }[], number]>(
      `DELETE FROM one_time_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > now() RETURNING user_id`,
      [hashOf(token), purpose],
    );
    if (!rows[0]) throw new Problem('link_invalid');
    return manager.findOneByOrFail(User, { id: rows[0].user_id });
  }

  /** Ends the links of the user for one purpose. */
  async end(manager: EntityManager, userId: string, purpose: LinkPurpose): Promise<void> {
    await manager.delete(OneTimeToken, { userId, purpose });
  }

  /** Ends every link of the user, and with it the address that waits for one. */
  async endAll(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(OneTimeToken, { userId });
    await manager.update(User, { id: userId }, NO_PENDING_EMAIL);
  }
}

/** Ends the user's oldest links, and erases what waited or lasted too long, of whomever. */
async function makeRoom(manager: EntityManager, userId: string, purpose: LinkPurpose): Promise<void> {
  await manager.query(
    `DELETE FROM one_time_tokens WHERE hash IN (
       SELECT hash FROM one_time_tokens WHERE user_id = $1 AND purpose = $2 ORDER BY created_at DESC OFFSET ${MAX_LINKS})`,
    [userId, purpose],
  );
  // Rows that somebody holds are left to the next one, so that nobody waits for another's.
  await manager.query(
    `DELETE FROM one_time_tokens WHERE hash IN (
       SELECT hash FROM one_time_tokens WHERE expires_at <= now() LIMIT ${MAX_ERASED} FOR UPDATE SKIP LOCKED)`,
  );
  await manager.query(
    `UPDATE users SET pending_email = NULL, pending_email_expires_at = NULL, pending_email_session = NULL
      WHERE id IN (SELECT id FROM users WHERE pending_email IS NOT NULL AND pending_email_expires_at <= now()
                    LIMIT ${MAX_ERASED} FOR NO KEY UPDATE SKIP LOCKED)`,
  );
}

/** Fit for what is random: nothing can be guessed, so it need not be slow. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

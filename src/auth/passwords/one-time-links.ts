import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/problem.js';
import { Config } from '../../config/config.js';
import { type LinkPurpose, OneTimeToken } from '../../users/one-time-token.entity.js';
import type { User } from '../../users/user.entity.js';

/** How long a link is good. It is as good as a password, so not for long (OWASP Forgot Password Cheat Sheet). */
const LIFE: Record<LinkPurpose, string> = { reset: '1 hour', verify: '24 hours' };
const BYTES = 32;
/** Links that a user may have at a time for one purpose; a further one ends the oldest. */
const MAX_LINKS = 3;

/** Links to the page that are good once: random, stored as a hash, and gone with the first use. */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /**
   * A new link for the user, which goes to their address: null when it is another one by now, since such a link would
   * prove what is not so. The token is in the fragment, which no browser sends to a server or names as the referrer.
   */
  async make({ id: userId, email }: Pick<User, 'id' | 'email'>, purpose: LinkPurpose): Promise<string | null> {
    const token = randomBytes(BYTES).toString('base64url');
    const made = await this.dataSource.query<unknown[]>(
      `WITH owner AS MATERIALIZED (
         SELECT id FROM users WHERE id = $2 AND email IS NOT DISTINCT FROM $5 AND deleted_at IS NULL FOR SHARE
       )
       INSERT INTO one_time_tokens (hash, user_id, purpose, expires_at)
       SELECT $1::bytea, id, $3, now() + $4::interval FROM owner RETURNING user_id`,
      [hashOf(token), userId, purpose, LIFE[purpose], email],
    );
    if (made.length === 0) return null;
    await this.dataSource.query(
      `DELETE FROM one_time_tokens WHERE expires_at <= now() OR hash IN (
         SELECT hash FROM one_time_tokens WHERE user_id = $1 AND purpose = $2 ORDER BY created_at DESC OFFSET ${MAX_LINKS})`,
      [userId, purpose],
    );
    return `${this.config.pageUrl}/#/${purpose}?token=${token}`;
  }

  /** Whose token it is, without using it up. Throws `link_invalid`. */
  async ownerOf(token: string, purpose: LinkPurpose): Promise<string> {
    const [found] = await this.dataSource.query<{ user_id: string }[]>(
      'SELECT user_id FROM one_time_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > now()',
      [hashOf(token), purpose],
    );
    if (!found) throw new Problem('link_invalid');
    return found.user_id;
  }

  /** Uses a token up, and returns whose it was. Of many uses at once, one succeeds. Throws `link_invalid`. */
  async use(manager: EntityManager, token: string, purpose: LinkPurpose): Promise<string> {
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
    return rows[0].user_id;
  }

  /** Ends every link of the user, for whatever it is. */
  async endAll(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(OneTimeToken, { userId });
  }
}

/** Fit for what is random: nothing can be guessed, so it need not be slow. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

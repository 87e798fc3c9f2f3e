import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { User } from '../../users/user.entity.js';
import { Passwords } from '../passwords.js';
import { AccountLimit } from '../rate-limits/account-limit.js';

/** How old a login may be to stand for the password that somebody does not have. */
const FRESH = '10 minutes';

interface Row {
  password_hash: string | null;
  fresh: boolean;
}

/**
 * Makes sure, before what cannot be undone and before every change of the login, that it is still the person who logged in:
 * an access token may have been borrowed.
 */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly limit: AccountLimit,
  ) {}

  /**
   * Returns the hash that the password fits. Who has none, and so logs in elsewhere, must have just done so: null.
   * Throws `wrong_password`, `login_needed`, `session_ended`, `rate_limited`, and `session_needed` for the token of another
   * issuer.
   */
  confirm(me: Principal, password: string | undefined): Promise<string | null> {
    // By session, so that somebody who has the token of one does not keep the owner out of another.
    return this.limit.attempt(`confirm:${me.sessionId ?? me.userId}`, null, () => this.check(me, password));
  }

  /** Confirms, and then does `work` in one transaction that holds the user's row. Throws as `confirm`. */
  async act<T>(
    me: Principal,
    password: string | undefined,
    work: (manager: EntityManager, user: User) => Promise<T>,
  ): Promise<T> {
    const passwordHash = await this.confirm(me, password);
    return this.dataSource.transaction(async (manager) => work(manager, await this.hold(manager, me, passwordHash)));
  }

  /**
   * Holds the user's row, in the transaction of a change that was confirmed before. Throws `wrong_password` where the
   * password has been changed meanwhile, and `session_ended` where the session or the account is over.
   */
  async hold(manager: EntityManager, { userId, sessionId }: Principal, passwordHash: string | null): Promise<User> {
    const user = await holdUser(manager, userId, sessionId);
    if (user.passwordHash !== passwordHash) throw new Problem('wrong_password');
    return user;
  }

  private async check({ userId, sessionId }: Principal, password: string | undefined): Promise<string | null> {
    if (sessionId === null) throw new Problem('session_needed');
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT u.password_hash, s.created_at > now() - interval '${FRESH}' AS fresh
         FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.id = $1 AND s.id = $2`,
      [userId, sessionId],
    );
    if (!row) throw new Problem('session_ended');
    if (row.password_hash === null) {
      if (!row.fresh) throw new Problem('login_needed');
      return null;
    }
    await this.limit.count('passwordCheck', `confirm:${userId}`);
    if (!(await this.passwords.matches(password ?? '', row.password_hash, 'known')))
      throw new Problem('wrong_password');
    return row.password_hash;
  }
}

/** Holds the user's row, with the password hash, while the session lives. Throws `session_ended`. */
export async function holdUser(manager: EntityManager, userId: string, sessionId: string | null): Promise<User> {
  const user = await manager
    .createQueryBuilder(User, 'user')
    .addSelect('user.passwordHash')
    .where('user.id = :userId AND user.deletedAt IS NULL', { userId })
    .setLock('for_no_key_update')
    .getOne();
  // After the row is held: what ends the session of a user holds it too.
  const [session] = await manager.query<unknown[]>('SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2', [
    sessionId,
    userId,
  ]);
  if (!user || !session) throw new Problem('session_ended');
  return user;
}

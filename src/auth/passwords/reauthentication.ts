import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { Passwords } from '../passwords.js';
import { AccountLimit } from '../rate-limits/account-limit.js';

/** How old a login may be to stand for the password that somebody does not have. */
const FRESH = '10 minutes';

interface Row {
  password_hash: string | null;
  fresh: boolean;
}

/** Makes sure, before what cannot be undone, that it is still the person who logged in. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly limit: AccountLimit,
  ) {}

  /**
   * Returns the hash that the password fits. Who has none, and so logs in elsewhere, must have just done so: null.
   * Throws `wrong_password`, `login_needed`, `rate_limited`, and `session_needed` for the token of another issuer.
   */
  confirm(me: Principal, password: string | undefined): Promise<string | null> {
    // By session, so that somebody who has the token of one does not keep the owner out of another.
    return this.limit.attempt(`confirm:${me.sessionId ?? me.userId}`, null, () => this.check(me, password));
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

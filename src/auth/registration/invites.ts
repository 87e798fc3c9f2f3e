import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/problem.js';
import { Config } from '../../config/config.js';

const BYTES = 32;
const TTL = '7 days';

/** Registration links: random, stored as a hash, good once and for seven days. */
@Injectable()
export class Invites {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /** A new link. The token is in the fragment, which no browser sends to a server or names as the referrer. */
  async make(): Promise<string> {
    const { registration, pageUrl } = this.config;
    if (registration !== 'invited') {
      throw new Problem('registration_closed', `REGISTRATION is ${registration}: a registration link needs "invited".`);
    }
    const token = randomBytes(BYTES).toString('base64url');
    await this.dataSource.query('DELETE FROM registration_invites WHERE expires_at <= now()');
    await this.dataSource.query(
      'INSERT INTO registration_invites (hash, expires_at) VALUES ($1, now() + $2::interval)',
      [hashOf(token), TTL],
    );
    return `${pageUrl}/#/register?invite=${token}`;
  }

  /** Whether an account may be made. Uses nothing up. Throws `registration_closed` and `invite_invalid`. */
  async check(invite: string | undefined): Promise<void> {
    const { registration } = this.config;
    if (registration === 'open') return;
    if (registration === 'off') throw new Problem('registration_closed');
    if (invite === undefined) {
      throw new Problem(
        'registration_closed',
        'A registration link is needed; ask an operator of this server for one.',
      );
    }
    const found = await this.dataSource.query<unknown[]>(
      'SELECT FROM registration_invites WHERE hash = $1 AND expires_at > now()',
      [hashOf(invite)],
    );
    if (found.length === 0) throw new Problem('invite_invalid');
  }

  /** Uses an invite up, where one is needed. Of many uses at once, one succeeds. Throws `invite_invalid`. */
  async use(manager: EntityManager, invite: string | undefined): Promise<void> {
    if (this.config.registration !== 'invited') return;
    const [, deleted] = await manager.query<[unknown[], number]>(
      'DELETE FROM registration_invites WHERE hash = $1 AND expires_at > now()',
      [hashOf(invite ?? '')],
    );
    if (deleted === 0) throw new Problem('invite_invalid');
  }
}

/** Fit for what is random: nothing can be guessed, so it need not be slow. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

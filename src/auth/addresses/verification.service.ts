import { Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Problem } from '../../common/problem.js';
import { pendingEmailOf } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';
import { EmailQueue } from '../mail/email-queue.js';
import { LETTERS, UNVERIFIED_LETTERS } from '../mail/letters.js';
import type { Letter } from '../mail/mailer.js';
import { OneTimeLinks } from '../passwords/one-time-links.js';
import { AccountLimit } from '../rate-limits/account-limit.js';

/** Sends the link by which an address that waits is verified. */
@Injectable()
export class VerificationService {
  private readonly logger = new Logger('Verification');

  constructor(
    private readonly dataSource: DataSource,
    private readonly links: OneTimeLinks,
    private readonly limit: AccountLimit,
    private readonly emails: EmailQueue,
  ) {}

  /** Takes a letter to the address from the allowances of the account and of the address. Throws `rate_limited`. */
  async count(userId: string, address: string): Promise<void> {
    await this.limit.count('letter', `verify:${userId}`);
    await this.limit.count('letter', `verify:${address}`);
  }

  /**
   * Writes to an address that waits, after the answer, which so tells nobody whether it has an account: a link, or, where
   * it is another account's already, that there is one.
   */
  sendSoon(userId: string, address: string): void {
    this.emails.enqueue('The verification of an address', () => this.write(userId, address));
  }

  /** As `sendSoon`, unless the letters are used up: whoever registers can ask for another later. */
  async sendIfAllowed(userId: string, address: string): Promise<void> {
    try {
      await this.count(userId, address);
    } catch (error) {
      if (error instanceof Problem && error.code === 'rate_limited') return;
      throw error;
    }
    this.sendSoon(userId, address);
  }

  /** Sends another link to my address that waits; none where there is a verified one alone. Throws `no_email`. */
  async sendAgain(userId: string): Promise<void> {
    const user = await this.dataSource.manager.findOneBy(User, {
      id: userId,
      deactivatedAt: IsNull(),
      deletedAt: IsNull(),
    });
    const address = user && pendingEmailOf(user);
    if (!user || (address === null && user.email === null)) throw new Problem('no_email');
    if (address === null) return;
    await this.count(userId, address);
    this.sendSoon(userId, address);
  }

  private async write(userId: string, address: string): Promise<Letter | null> {
    const users = this.dataSource.getRepository(User);
    if (!this.emails.isConfigured) {
      const user = await users.findOneBy({ id: userId });
      this.logger.warn(`SMTP_URL is not set: npm run account -- verify-link ${user?.username}`);
      return null;
    }
    const owner = await users.findOneBy({ email: address });
    if (owner) return { to: address, ...LETTERS.taken(this.emails.pageUrl, owner.username) };
    const link = await this.links.make(userId, address, 'verify');
    return link === null ? null : { to: address, ...UNVERIFIED_LETTERS.verify(this.emails.pageUrl, link) };
  }
}

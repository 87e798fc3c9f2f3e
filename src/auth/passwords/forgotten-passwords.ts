import { Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { User } from '../../users/user.entity.js';
import { IdentitiesService } from '../identities/identities.service.js';
import { EmailQueue } from '../mail/email-queue.js';
import { LETTERS } from '../mail/letters.js';
import type { Letter } from '../mail/mailer.js';
import { AccountLimit } from '../rate-limits/account-limit.js';
import { OneTimeLinks } from './one-time-links.js';

/** Sends links by which a forgotten password is replaced, to verified addresses alone. */
@Injectable()
export class ForgottenPasswords {
  private readonly logger = new Logger('Passwords');

  constructor(
    private readonly dataSource: DataSource,
    private readonly identities: IdentitiesService,
    private readonly links: OneTimeLinks,
    private readonly limit: AccountLimit,
    private readonly emails: EmailQueue,
  ) {}

  /** Sends a link to the address, if it is somebody's. Returns before it looks, so that nobody learns whether it is. */
  async send(email: string): Promise<void> {
    await this.limit.count('letter', `reset:${email}`);
    this.emails.enqueue('A forgotten password', () => this.write(email));
  }

  private async write(email: string): Promise<Letter | null> {
    const active = { email, deactivatedAt: IsNull(), deletedAt: IsNull() };
    const user = await this.dataSource.manager.findOneBy(User, active);
    // An account of the issuer alone has no password here: the issuer decides when it is over.
    if (!user || (await this.identities.isOfIssuerOnly(user.id))) return null;
    if (!this.emails.isConfigured) {
      this.logger.warn(`SMTP_URL is not set: npm run account -- reset-link ${user.username}`);
      return null;
    }
    const link = await this.links.make(user.id, email, 'reset');
    return link === null ? null : { to: email, ...LETTERS.reset(this.emails.pageUrl, user.username, link) };
  }
}

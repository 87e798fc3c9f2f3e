import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem.js';
import { violatedUnique } from '../../common/to-problem.js';
import { NO_PENDING_EMAIL, pendingEmailOf } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';
import { Notices } from '../mail/notices.js';
import { OneTimeLinks } from '../passwords/one-time-links.js';
import { SessionsService } from '../sessions/sessions.service.js';

/** Makes an address that waits the verified one, by the link that was sent to it. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: OneTimeLinks,
    private readonly sessions: SessionsService,
    private readonly notices: Notices,
  ) {}

  /**
   * Ends all links, and all sessions but the one that asked for the address; the old address is told. Throws
   * `link_invalid`, and `email_taken` where the address has become another account's: whoever has the link may know.
   */
  async confirm(token: string): Promise<void> {
    const { before, tell } = await this.move(token).catch(refuseTaken);
    tell();
    this.notices.tell(before, 'emailChanged');
  }

  private async move(token: string): Promise<{ before: User; tell: () => void }> {
    return this.dataSource.transaction(async (manager) => {
      const before = await this.links.use(manager, token, 'verify');
      const email = pendingEmailOf(before);
      if (email === null) throw new Problem('link_invalid');
      await manager.update(User, { id: before.id }, { email, emailVerifiedAt: new Date(), ...NO_PENDING_EMAIL });
      await this.links.endAll(manager, before.id);
      const except = before.pendingEmailSession;
      return { before, tell: await this.sessions.endAllWithin(manager, before.id, { except }) };
    });
  }
}

function refuseTaken(error: unknown): never {
  if (violatedUnique(error) !== 'users_email_key') throw error;
  throw new Problem('email_taken', 'The email address belongs to another account. Log in to that one.');
}

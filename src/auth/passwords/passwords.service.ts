import { Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import type { Principal } from '../../common/principal.js';
import { Problem } from '../../common/problem.js';
import type { LinkPurpose } from '../../users/one-time-token.entity.js';
import { User } from '../../users/user.entity.js';
import { Background } from '../mail/background.js';
import { LETTERS } from '../mail/letters.js';
import { Mailer } from '../mail/mailer.js';
import { Passwords } from '../passwords.js';
import { AccountLimit } from '../rate-limits/account-limit.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ChangePasswordDto, ResetPasswordDto } from './dto/passwords.dto.js';
import { OneTimeLinks } from './one-time-links.js';
import { Reauthentication } from './reauthentication.js';

/** Changing a password, choosing a new one when it was forgotten, and proving an email address. */
@Injectable()
export class PasswordsService {
  private readonly logger = new Logger('Passwords');

  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly reauthentication: Reauthentication,
    private readonly sessions: SessionsService,
    private readonly links: OneTimeLinks,
    private readonly mailer: Mailer,
    private readonly background: Background,
    private readonly limit: AccountLimit,
  ) {}

  /** Ends all other sessions, and all links. Throws as `Reauthentication.confirm`, and `validation_failed` as `reset`. */
  async change(me: Principal, { oldPassword, newPassword }: ChangePasswordDto): Promise<void> {
    const oldHash = await this.reauthentication.confirm(me, oldPassword);
    const passwordHash = await this.hashNew(me.userId, newPassword);
    const tell = await this.dataSource.transaction(async (manager) => {
      // Only while it is the one that was checked: of two changes at once, the second has the wrong old password.
      const old = { id: me.userId, passwordHash: oldHash ?? IsNull() };
      const { affected } = await manager.update(User, old, { passwordHash });
      if (!affected) throw new Problem('wrong_password');
      await this.links.endAll(manager, me.userId);
      return this.sessions.endAllWithin(manager, me.userId, { except: me.sessionId });
    });
    tell();
  }

  /** Sends a link to the address, if it is somebody's. Returns before it looks, so that nobody learns whether it is. */
  async forgotten(email: string): Promise<void> {
    await this.limit.count('letter', `reset:${email}`);
    this.background.soon('A forgotten password', async () => {
      const user = await this.findActive({ email });
      if (user && this.mailer.isConfigured) await this.send(user, 'reset');
      else if (user) this.logger.warn(`SMTP_URL is not set: npm run account -- reset-link ${user.username}`);
    });
  }

  /** Sets the password and ends all sessions. Throws `link_invalid`, and `validation_failed` for one that is easy to guess. */
  async reset({ token, newPassword }: ResetPasswordDto): Promise<void> {
    // Looked at first: a made-up token costs no hash.
    const passwordHash = await this.hashNew(await this.links.ownerOf(token, 'reset'), newPassword);
    const tell = await this.dataSource.transaction(async (manager) => {
      const userId = await this.links.use(manager, token, 'reset');
      await manager.update(User, { id: userId }, { passwordHash });
      await this.links.endAll(manager, userId);
      return this.sessions.endAllWithin(manager, userId);
    });
    tell();
  }

  /** Sends a link to my address, unless it is verified. Throws `no_email`. */
  async requestVerification(userId: string): Promise<void> {
    const user = await this.findActive({ id: userId });
    if (!user?.email) throw new Problem('no_email');
    await this.limit.count('letter', `verify:${userId}`);
    this.verifySoon(user);
  }

  /** Sends a link to the address of the user, if there is one to verify. */
  verifySoon(user: User): void {
    if (user.email === null || user.emailVerifiedAt !== null || !this.mailer.isConfigured) return;
    this.background.soon('The verification of an address', () => this.send(user, 'verify'));
  }

  /** The address of whoever has this link is theirs. Throws `link_invalid`. */
  async verify(token: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const userId = await this.links.use(manager, token, 'verify');
      await manager.update(User, { id: userId }, { emailVerifiedAt: new Date() });
      await this.links.endAll(manager, userId);
    });
  }

  private async hashNew(userId: string, newPassword: string): Promise<string> {
    const user = await this.dataSource.manager.findOneBy(User, { id: userId });
    const about = [user?.username, user?.displayName, user?.email];
    return this.passwords.hashNew('newPassword', newPassword, about, 'known');
  }

  private findActive(who: { id: string } | { email: string }): Promise<User | null> {
    return this.dataSource.manager.findOneBy(User, { ...who, deactivatedAt: IsNull(), deletedAt: IsNull() });
  }

  private async send(user: User, purpose: LinkPurpose): Promise<void> {
    const link = await this.links.make(user, purpose);
    if (link !== null) await this.mailer.send({ to: user.email!, ...LETTERS[purpose](user.displayName, link) });
  }
}

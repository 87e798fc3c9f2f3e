import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { User } from '../../users/user.entity.js';
import { IdentitiesService } from '../identities/identities.service.js';
import { Notices } from '../mail/notices.js';
import { Passwords } from '../passwords.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ResetPasswordDto } from './dto/passwords.dto.js';
import { OneTimeLinks } from './one-time-links.js';

/** Replaces a password that was forgotten, by a link. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly identities: IdentitiesService,
    private readonly sessions: SessionsService,
    private readonly links: OneTimeLinks,
    private readonly notices: Notices,
  ) {}

  /**
   * Sets the password, ends all sessions and links, and unlinks each Google login that does not have the verified address:
   * a thief who knew the old password may have linked a Google account at any time. Throws `link_invalid`, and
   * `validation_failed` for a password that is easy to guess.
   */
  async reset({ token, newPassword }: ResetPasswordDto): Promise<void> {
    // Looked at before the hashing, which is dear; it is used up by one alone below.
    const { username, displayName, email } = await this.links.look(token, 'reset');
    const about = [username, displayName, email];
    const passwordHash = await this.passwords.hashNew('newPassword', newPassword, about, 'known');
    const { user, isUnlinked, tell } = await this.dataSource.transaction(async (manager) => {
      const user = await this.links.use(manager, token, 'reset');
      await manager.update(User, { id: user.id }, { passwordHash });
      await this.links.endAll(manager, user.id);
      const isUnlinked = await this.identities.unlinkOthers(manager, user.id, user.email);
      return { user, isUnlinked, tell: await this.sessions.endAllWithin(manager, user.id) };
    });
    tell();
    this.notices.tell(user, isUnlinked ? 'passwordResetAndUnlinked' : 'passwordReset');
  }
}

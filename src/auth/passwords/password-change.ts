import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Principal } from '../../common/principal.js';
import { User } from '../../users/user.entity.js';
import { Notices } from '../mail/notices.js';
import { Passwords } from '../passwords.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ChangePasswordDto } from './dto/passwords.dto.js';
import { OneTimeLinks } from './one-time-links.js';
import { Reauthentication } from './reauthentication.js';

/** Changes the password of somebody who knows it. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: Passwords,
    private readonly reauthentication: Reauthentication,
    private readonly sessions: SessionsService,
    private readonly links: OneTimeLinks,
    private readonly notices: Notices,
  ) {}

  /** Ends all other sessions, and all links. Throws as `Reauthentication.confirm`, and `validation_failed`. */
  async change(me: Principal, { oldPassword, newPassword }: ChangePasswordDto): Promise<void> {
    const oldHash = await this.reauthentication.confirm(me, oldPassword);
    const known = await this.dataSource.manager.findOneBy(User, { id: me.userId });
    const about = [known?.username, known?.displayName, known?.email];
    const passwordHash = await this.passwords.hashNew('newPassword', newPassword, about, 'known');
    const { user, tell } = await this.dataSource.transaction(async (manager) => {
      // Only while it is the one that was checked: of two changes at once, the second has the wrong old password.
      const user = await this.reauthentication.hold(manager, me, oldHash);
      await manager.update(User, { id: me.userId }, { passwordHash });
      await this.links.endAll(manager, me.userId);
      return { user, tell: await this.sessions.endAllWithin(manager, me.userId, { except: me.sessionId }) };
    });
    tell();
    this.notices.tell(user, 'passwordChanged');
  }
}

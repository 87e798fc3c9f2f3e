import { Injectable } from '@nestjs/common';
import type { Principal } from '../../common/principal.js';
import type { OwnUserResponse } from '../../users/dto/user.dto.js';
import { NO_PENDING_EMAIL, pendingEmail } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { Notices } from '../mail/notices.js';
import { OneTimeLinks } from '../passwords/one-time-links.js';
import { Reauthentication } from '../passwords/reauthentication.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';
import { VerificationService } from './verification.service.js';

/**
 * What users change of themselves. An email address is a way in, by a login or a link for a new password: another one needs
 * a proof, and counts once the link that goes there is used.
 */
@Injectable()
export class ProfileService {
  constructor(
    private readonly users: UsersService,
    private readonly reauthentication: Reauthentication,
    private readonly sessions: SessionsService,
    private readonly links: OneTimeLinks,
    private readonly verification: VerificationService,
    private readonly notices: Notices,
  ) {}

  /** All of it or nothing. Throws as `Reauthentication.confirm` where the address is another, and `rate_limited`. */
  async update(me: Principal, dto: UpdateUserDto): Promise<OwnUserResponse> {
    const { email, displayName } = dto;
    const own = await this.users.getOwn(me.userId);
    if (email === undefined || (email === own.email && own.pendingEmail === null)) {
      if (displayName !== undefined) await this.users.rename(me.userId, displayName);
    } else if (email === null) {
      await this.removeEmail(me, dto);
    } else {
      await this.requestEmail(me, email, dto);
    }
    return this.users.getOwn(me.userId);
  }

  /** The address waits, and a link is sent to it; the verified one is told. To ask for the verified one takes back a request. */
  private async requestEmail(me: Principal, email: string, { displayName, currentPassword }: UpdateUserDto) {
    const user = await this.reauthentication.act(me, currentPassword, async (manager, user) => {
      const isOwn = email === user.email;
      if (!isOwn) await this.verification.count(me.userId, email);
      const pending = isOwn ? NO_PENDING_EMAIL : pendingEmail(email, me.sessionId);
      await this.links.end(manager, me.userId, 'verify');
      await manager.update(User, { id: me.userId }, { ...pending, ...(displayName !== undefined && { displayName }) });
      return user;
    });
    if (email === user.email) return;
    this.verification.sendSoon(me.userId, email);
    this.notices.tell(user, 'emailRequested');
  }

  /** Ends all other sessions, and the links that were sent. */
  private async removeEmail(me: Principal, { displayName, currentPassword }: UpdateUserDto) {
    const { user, tell } = await this.reauthentication.act(me, currentPassword, async (manager, user) => {
      const change = { email: null, emailVerifiedAt: null, ...(displayName !== undefined && { displayName }) };
      await manager.update(User, { id: me.userId }, change);
      await this.links.endAll(manager, me.userId);
      return { user, tell: await this.sessions.endAllWithin(manager, me.userId, { except: me.sessionId }) };
    });
    tell();
    this.notices.tell(user, 'emailRemoved');
  }
}

import { Injectable } from '@nestjs/common';
import { pendingEmail } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { VerificationService } from '../addresses/verification.service.js';
import type { AuthResponse, RegisterDto } from '../dto/auth.dto.js';
import { Passwords } from '../passwords.js';
import { AccountLimit } from '../rate-limits/account-limit.js';
import type { Device } from '../sessions/device.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { Invites } from './invites.js';

/** Making an account with a password. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly verification: VerificationService,
    private readonly limit: AccountLimit,
    private readonly invites: Invites,
  ) {}

  /**
   * Makes an account and logs it in, both or neither. The address waits for its link, so that the answer tells nobody
   * whether it has an account. Throws `username_taken`, `registration_closed` and `invite_invalid` as the settings have it,
   * and `validation_failed` for a password that is easy to guess.
   */
  async register(dto: RegisterDto, device: Device): Promise<AuthResponse> {
    const { username, password, displayName = username, email, invite } = dto;
    this.passwords.requireRoom('stranger');
    await this.invites.check(invite);
    const { user, tokens } = await this.limit.attempt(`register:${username}`, null, async () => {
      const passwordHash = await this.passwords.hashNew(
        'password',
        password,
        [username, displayName, email],
        'stranger',
      );
      const account = { username, displayName, passwordHash };
      const created = await this.users.create(account, async (manager, { id }) => {
        await this.invites.use(manager, invite);
        const session = await this.sessions.startWithin(manager, id, device);
        if (email !== undefined) await manager.update(User, { id }, pendingEmail(email, session.sessionId));
        return session;
      });
      created.result.tell();
      return { user: created.user, tokens: created.result.tokens };
    });
    if (email !== undefined) await this.verification.sendIfAllowed(user.id, email);
    return { user: await this.users.getOwn(user.id), ...tokens };
  }
}

import { Injectable } from '@nestjs/common';
import { toOwnUserResponse } from '../../users/user.responses.js';
import { UsersService } from '../../users/users.service.js';
import type { AuthResponse, RegisterDto } from '../dto/auth.dto.js';
import { Passwords } from '../passwords.js';
import { PasswordsService } from '../passwords/passwords.service.js';
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
    private readonly care: PasswordsService,
    private readonly limit: AccountLimit,
    private readonly invites: Invites,
  ) {}

  /**
   * Makes an account and logs it in. Throws `username_taken` and `email_taken`, `registration_closed` and `invite_invalid`
   * as the settings have it, and `validation_failed` for a password that is easy to guess.
   */
  async register(
    { username, password, displayName, email, invite }: RegisterDto,
    device: Device,
  ): Promise<AuthResponse> {
    this.passwords.requireRoom('stranger');
    await this.invites.check(invite);
    const user = await this.limit.attempt(`register:${username}`, null, async () => {
      const about = [username, displayName, email];
      const passwordHash = await this.passwords.hashNew('password', password, about, 'stranger');
      const account = { username, displayName: displayName ?? username, email: email ?? null, passwordHash };
      return this.users.create(account, (manager) => this.invites.use(manager, invite));
    });
    this.care.verifySoon(user);
    return { user: toOwnUserResponse(user), ...(await this.sessions.start(user.id, device, user.passwordHash)) };
  }
}

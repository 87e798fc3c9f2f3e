import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.js';
import { toOwnUserResponse } from '../users/user.responses.js';
import { UsersService } from '../users/users.service.js';
import { AccessTokens } from './access-tokens.js';
import type { AuthResponse, LoginDto } from './dto/auth.dto.js';
import { Passwords } from './passwords.js';
import { AccountLimit, isKnownDevice } from './rate-limits/account-limit.js';
import type { Device } from './sessions/device.js';
import type { LogoutProof } from './sessions/logout-proof.js';
import { RefreshToken } from './sessions/refresh-token.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Login, refresh, logout. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokens,
    private readonly limit: AccountLimit,
  ) {}

  /**
   * Throws `account_deactivated`, or `invalid_credentials`, in the same time whether or not there is such a user;
   * `rate_limited`, and `unavailable` when too many log in at once.
   */
  async login({ username, password }: LoginDto, device: Device): Promise<AuthResponse> {
    if (!device.known) this.passwords.requireRoom('stranger');
    const user = await this.users.findForLogin(username);
    const urgency = isKnownDevice(device, user) ? 'known' : 'stranger';
    const authenticated = await this.limit.attempt(username, { device, user }, async () => {
      const matches = await this.passwords.matches(password, user?.passwordHash, urgency);
      if (!user || !matches) throw new Problem('invalid_credentials', undefined, { accountId: user?.id });
      return user;
    });
    await this.limit.succeeded(authenticated, device);
    const tokens = await this.sessions.start(authenticated.id, device, authenticated.passwordHash);
    return { user: toOwnUserResponse(authenticated), ...tokens };
  }

  /** The next tokens. Throws `validation_failed` without a refresh token, `session_ended` for one that is not good. */
  async refresh(refreshToken: string | undefined, device: Device): Promise<AuthResponse> {
    if (refreshToken === undefined) throw Problem.field('refreshToken', 'must be sent, in the body or in the cookie');
    const presented = RefreshToken.parse(refreshToken);
    if (presented) await this.limit.count('sessionRefresh', presented.familyHash.toString('hex'));
    const { userId, tokens } = await this.sessions.refresh(refreshToken, device);
    return { user: await this.users.getOwn(userId), ...tokens };
  }

  /** Ends a session; that of an unknown refresh token is over already. Throws as `AccessTokens.authenticate`. */
  async logout({ refreshToken, accessToken }: LogoutProof): Promise<void> {
    if (refreshToken !== undefined) return this.sessions.endByToken(refreshToken);
    const { principal } = await this.accessTokens.authenticate(accessToken ?? '');
    return this.sessions.end(principal.userId, principal.sessionId);
  }
}

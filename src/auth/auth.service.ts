import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.js';
import { pendingEmail } from '../users/pending-email.js';
import { User } from '../users/user.entity.js';
import { toOwnUserResponse } from '../users/user.responses.js';
import { UsersService } from '../users/users.service.js';
import { AccessTokens } from './access-tokens.js';
import type { AuthResponse, LoginDto, RegisterDto } from './dto/auth.dto.js';
import { Passwords } from './passwords.js';
import { VerificationService } from './addresses/verification.service.js';
import { AccountLimit } from './rate-limits/account-limit.js';
import type { Device } from './sessions/device.js';
import type { LogoutProof } from './sessions/logout-proof.js';
import { RefreshToken } from './sessions/refresh-token.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Registration, login, refresh, logout. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokens,
    private readonly verification: VerificationService,
    private readonly limit: AccountLimit,
  ) {}

  /**
   * Makes an account and logs it in, both or neither. The address waits for its link, so that the answer tells nobody
   * whether it has an account. Throws `username_taken`.
   */
  async register(dto: RegisterDto, device: Device): Promise<AuthResponse> {
    const { username, password, displayName = username, email } = dto;
    const { user, tokens } = await this.limit.attempt(`register:${username}`, null, async () => {
      const account = { username, displayName, passwordHash: await this.passwords.hash(password) };
      const created = await this.users.create(account, async (manager, { id }) => {
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

  /** Throws `account_deactivated`, or `invalid_credentials`, in the same time whether or not there is such a user. */
  async login({ username, password }: LoginDto, device: Device): Promise<AuthResponse> {
    const user = await this.limit.attempt(username, device.address, () => this.authenticate(username, password));
    return this.logIn(user, device);
  }

  /** The next tokens. Throws `validation_failed` without a refresh token, `session_ended` for one that is not good. */
  async refresh(refreshToken: string | undefined, device: Device): Promise<AuthResponse> {
    if (refreshToken === undefined) throw Problem.field('refreshToken', 'must be sent, in the body or in the cookie');
    const presented = RefreshToken.parse(refreshToken);
    if (presented) await this.limit.count('refresh', presented.familyHash.toString('hex'));
    const { userId, tokens } = await this.sessions.refresh(refreshToken, device);
    return { user: await this.users.getOwn(userId), ...tokens };
  }

  /** Ends a session; that of an unknown refresh token is over already. Throws as `AccessTokens.authenticate`. */
  async logout({ refreshToken, accessToken }: LogoutProof): Promise<void> {
    if (refreshToken !== undefined) return this.sessions.endByToken(refreshToken);
    const { principal } = await this.accessTokens.authenticate(accessToken ?? '');
    return this.sessions.end(principal.userId, principal.sessionId);
  }

  private async authenticate(username: string, password: string): Promise<User> {
    const user = await this.users.findForLogin(username);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) throw new Problem('invalid_credentials');
    return user;
  }

  private async logIn(user: User, device: Device): Promise<AuthResponse> {
    return { user: toOwnUserResponse(user), ...(await this.sessions.start(user.id, device, user.passwordHash)) };
  }
}

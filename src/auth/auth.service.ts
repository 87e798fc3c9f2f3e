import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.js';
import type { User } from '../users/user.entity.js';
import { toOwnUserResponse } from '../users/user.responses.js';
import { UsersService } from '../users/users.service.js';
import { AccessTokens } from './access-tokens.js';
import type { AuthResponse, LoginDto, RegisterDto } from './dto/auth.dto.js';
import { Passwords } from './passwords.js';

/** Registration and login. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly tokens: AccessTokens,
  ) {}

  /** Makes an account and logs it in. Throws `username_taken` or `email_taken`. */
  async register({ username, password, displayName, email }: RegisterDto): Promise<AuthResponse> {
    const passwordHash = await this.passwords.hash(password);
    const user = await this.users.create({
      username,
      displayName: displayName ?? username,
      email: email ?? null,
      passwordHash,
    });
    return this.logIn(user);
  }

  /** Throws `invalid_credentials`, in the same time whether or not there is such a user. */
  async login({ username, password }: LoginDto): Promise<AuthResponse> {
    const user = await this.users.findForLogin(username);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) throw new Problem('invalid_credentials');
    return this.logIn(user);
  }

  private logIn(user: User): AuthResponse {
    return { user: toOwnUserResponse(user), ...this.tokens.sign(user.id) };
  }
}

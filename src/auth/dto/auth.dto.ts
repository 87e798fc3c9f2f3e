import { IsOptional, IsString, Length } from 'class-validator';
import type { AuthResult } from '../../changes/contract.js';
import { FoldedLogin, IsEmailAddress } from '../../common/email-address.js';
import { IsText } from '../../common/fields.js';
import { OwnUserResponse } from '../../users/dto/user.dto.js';
import { IsDisplayName, IsUsername } from '../../users/user-fields.js';
import { IsNewPassword } from '../password-rules.js';

/** A new account. */
export class RegisterDto {
  /**
   * 3 to 32 of `a-z`, `0-9`, `.`, `_`, `-`; upper case is folded.
   * @example 'ann'
   */
  @IsUsername()
  username!: string;

  /**
   * 8 to 128 characters, and not easy to guess.
   * @example 'correct horse battery staple'
   */
  @IsNewPassword()
  password!: string;

  /**
   * The username when absent.
   * @example 'Ann Miller'
   */
  @IsOptional()
  @IsDisplayName()
  displayName?: string;

  /** @example 'ann@example.org' */
  @IsOptional()
  @IsEmailAddress()
  email?: string;

  /**
   * What follows `invite=` in a registration link. Needed where `GET /auth/providers` says `invited`.
   * @example 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN'
   */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  invite?: string;
}

/** Who logs in. */
export class LoginDto {
  /**
   * The username or the email address.
   * @example 'ann'
   */
  @IsText(1, 320)
  @FoldedLogin()
  username!: string;

  /** @example 'correct horse battery staple' */
  @IsString()
  @Length(1, 128)
  password!: string;
}

/** The refresh token of a client that has no cookie. */
export class RefreshTokenDto {
  /**
   * As the last answer gave it. A page leaves it out: it has the cookie.
   * @example 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN0pQ3rS6tU9vW2xY5zA8bC1dE4fG7hJ0kL3mN6pQ9rS2'
   */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  refreshToken?: string;
}

/** An account and the tokens to use it with. */
export class AuthResponse implements AuthResult {
  user!: OwnUserResponse;

  /**
   * A JWT, to be sent as `Authorization: Bearer …` (RFC 6750).
   * @example 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk4YzVhNCJ9.c2lnbmF0dXJl'
   */
  accessToken!: string;

  /** @example 'Bearer' */
  tokenType!: 'Bearer';

  /**
   * Seconds for which the access token is valid.
   * @example 900
   */
  expiresIn!: number;

  /**
   * For `POST /auth/refresh`, once. Not there when it travels in the cookie.
   * @example 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN0pQ3rS6tU9vW2xY5zA8bC1dE4fG7hJ0kL3mN6pQ9rS2'
   */
  refreshToken?: string;

  /**
   * When the session is over and one has to log in again, however often it is refreshed.
   * @example '2026-12-22T09:30:00.000Z'
   */
  sessionExpiresAt!: string;
}

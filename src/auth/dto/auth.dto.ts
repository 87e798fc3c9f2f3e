import { IsOptional, IsString, Length } from 'class-validator';
import type { AuthResult } from '../../changes/contract.js';
import { Folded, IsText } from '../../common/fields.js';
import { OwnUserResponse } from '../../users/dto/user.dto.js';
import { IsDisplayName, IsEmailAddress, IsUsername } from '../../users/user-fields.js';
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
   * 8 to 128 characters, and not one of the common ones.
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
}

/** Who logs in. */
export class LoginDto {
  /**
   * The username or the email address.
   * @example 'ann'
   */
  @IsText(1, 320)
  @Folded()
  username!: string;

  /** @example 'correct horse battery staple' */
  @IsString()
  @Length(1, 128)
  password!: string;
}

/** An account and the token to use it with. */
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
   * @example 43200
   */
  expiresIn!: number;
}

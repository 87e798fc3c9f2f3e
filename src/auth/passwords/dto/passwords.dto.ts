import { IsOptional, IsString, Length } from 'class-validator';
import { IsEmailAddress } from '../../../common/email-address.js';
import { IsNewPassword } from '../../password-rules.js';

/** Another password. */
export class ChangePasswordDto {
  /**
   * The one so far. Left out by who has none, and logged in at another service in the last ten minutes.
   * @example 'correct horse battery staple'
   */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  oldPassword?: string;

  /**
   * 8 to 128 characters, and not easy to guess.
   * @example 'four other words entirely'
   */
  @IsNewPassword()
  newPassword!: string;
}

/** Who forgot the password. */
export class ForgottenPasswordDto {
  /** @example 'ann@example.org' */
  @IsEmailAddress()
  email!: string;
}

/** What a link of a letter carries. */
export class LinkDto {
  /**
   * What follows `token=` in the link.
   * @example 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN'
   */
  @IsString()
  @Length(1, 200)
  token!: string;
}

/** A new password, by a link. */
export class ResetPasswordDto extends LinkDto {
  /**
   * 8 to 128 characters, and not easy to guess.
   * @example 'four other words entirely'
   */
  @IsNewPassword()
  newPassword!: string;
}

import { IsOptional, IsString, Length, ValidateIf } from 'class-validator';
import { IsEmailAddress } from '../../../common/email-address.js';
import { IsDisplayName } from '../../../users/user-fields.js';

/** What users may change of themselves. Absent fields stay as they are. */
export class UpdateUserDto {
  /** @example 'Ann M.' */
  @ValidateIf((dto: UpdateUserDto) => dto.displayName !== undefined)
  @IsDisplayName()
  displayName?: string;

  /**
   * A new address gets a link, and counts once that is used. `null` removes the address.
   * @example 'ann@example.org'
   */
  @ValidateIf((dto: UpdateUserDto) => dto.email !== undefined && dto.email !== null)
  @IsEmailAddress()
  email?: string | null;

  /**
   * Needed with another `email`. An account without a password leaves it out, and needs a login of the last ten minutes.
   * @example 'correct horse battery staple'
   */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  currentPassword?: string;
}

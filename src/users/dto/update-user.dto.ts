import { ValidateIf } from 'class-validator';
import { IsEmailAddress } from '../../common/email-address.js';
import { IsDisplayName } from '../user-fields.js';

/** What one may change of oneself. Absent fields stay as they are. */
export class UpdateUserDto {
  /** @example 'Ann M.' */
  @ValidateIf((dto: UpdateUserDto) => dto.displayName !== undefined)
  @IsDisplayName()
  displayName?: string;

  /**
   * `null` removes it.
   * @example 'ann@example.org'
   */
  @ValidateIf((dto: UpdateUserDto) => dto.email !== undefined && dto.email !== null)
  @IsEmailAddress()
  email?: string | null;
}

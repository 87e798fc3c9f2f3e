import { IsOptional, IsString, Length } from 'class-validator';

/** The proof that a change of the login is made by its owner. */
export class ProofDto {
  /**
   * The current password. An account without one leaves it out, and needs a login of the last ten minutes.
   * @example 'correct horse battery staple'
   */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  password?: string;
}

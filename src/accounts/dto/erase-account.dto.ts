import { IsOptional, IsString, Length } from 'class-validator';

/** Who erases their account. */
export class EraseAccountDto {
  /**
   * Left out by who has none, and logged in at another service in the last ten minutes.
   * @example 'correct horse battery staple'
   */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  password?: string;
}

import { ApiProperty } from '@nestjs/swagger';
import type { Registration } from '../../../config/config.js';
import type { IdentityInfo } from '../../../changes/contract.js';

/** As whom I am known elsewhere. */
export class IdentityResponse implements IdentityInfo {
  /**
   * `google`, or the issuer of tokens by its URL.
   * @example 'google'
   */
  provider!: string;

  /**
   * The verified email address there, when it was linked.
   * @example 'ann@example.org'
   */
  email!: string | null;

  /** @example '2026-11-22T09:30:00.000Z' */
  createdAt!: string;
}

/** As whom I am known elsewhere; one for each provider, so there are no pages. */
export class IdentitiesResponse {
  items!: IdentityResponse[];
}

/** Where the browser goes to link an account. */
export class LinkResponse {
  /** @example 'https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=123' */
  url!: string;
}

/** The ways to log in here, and to make an account. */
export class ProvidersResponse {
  /** @example true */
  google!: boolean;

  /**
   * Who may make an account with a password: anyone, users with a registration link, or nobody.
   * @example 'open'
   */
  @ApiProperty({ enum: ['open', 'invited', 'off'] })
  registration!: Registration;

  /**
   * Whether passwords are used here.
   * @example true
   */
  passwordLogin!: boolean;
}

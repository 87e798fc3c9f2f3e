import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { OAuthErrorCode, OAuthErrorDetails } from '../oauth-error.js';

/** The parameters of RFC 6749 sections 4.3.2 and 6. Others, as `client_id` and `scope`, are not looked at. */
export class TokenRequest {
  @ApiProperty({
    enum: ['password', 'refresh_token'],
    description: 'What is exchanged for tokens; `password` only where OAUTH_PASSWORD_GRANT is on',
    example: 'refresh_token',
  })
  grant_type!: string;

  @ApiPropertyOptional({ description: 'For `password`: the username or the email address', example: 'ann' })
  username?: string;

  @ApiPropertyOptional({ description: 'For `password`', format: 'password', example: 'correct horse battery staple' })
  password?: string;

  @ApiPropertyOptional({
    description: 'For `refresh_token`, once',
    example: 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN0',
  })
  refresh_token?: string;
}

/** RFC 6749 section 5.1. */
export class TokenResponse {
  /**
   * A JWT, to be sent as `Authorization: Bearer …` (RFC 6750).
   * @example 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk4YzVhNCJ9.c2lnbmF0dXJl'
   */
  access_token!: string;

  /** @example 'Bearer' */
  token_type!: 'Bearer';

  /**
   * Seconds for which the access token is valid.
   * @example 900
   */
  expires_in!: number;

  /**
   * For the next `refresh_token` grant.
   * @example 'Yk8vR2Jm0sQm3xq5nH4tVw7cZ1aB6dE9fG2hJ5kL8mN0pQ3rS6tU9vW2xY5zA8bC1dE4fG7hJ0kL3mN6pQ9rS2'
   */
  refresh_token!: string;
}

/** RFC 6749 section 5.2. */
export class OAuthErrorResponse implements OAuthErrorDetails {
  @ApiProperty({
    enum: ['invalid_request', 'invalid_grant', 'unsupported_grant_type', 'server_error', 'temporarily_unavailable'],
    description: 'Switch on this',
  })
  error!: OAuthErrorCode;

  /**
   * For people.
   * @example 'Wrong username or password.'
   */
  error_description!: string;
}

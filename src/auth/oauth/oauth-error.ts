/** The errors of RFC 6749 section 5.2, and two of section 4.1.2.1 for what that section has no word for. */
export type OAuthErrorCode =
  'invalid_request' | 'invalid_grant' | 'unsupported_grant_type' | 'server_error' | 'temporarily_unavailable';

/** What the token endpoint answers when it gives no token. */
export interface OAuthErrorDetails {
  error: OAuthErrorCode;
  error_description: string;
}

/** A refusal by the token endpoint. */
export class OAuthError extends Error {
  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    readonly status = 400,
  ) {
    super(description);
  }

  /** RFC 6749 section 5.2: the description is printable ASCII without quotes and backslashes. */
  toDetails(): OAuthErrorDetails {
    const error_description = this.description.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
    return { error: this.code, error_description };
  }
}

import { Injectable } from '@nestjs/common';
import { SecurityLog } from '../../audit/security-log.js';
import { validated } from '../../common/validation.js';
import { AuthService } from '../auth.service.js';
import { type AuthResponse, LoginDto } from '../dto/auth.dto.js';
import type { Device } from '../sessions/device.js';
import type { TokenResponse } from './dto/token.dto.js';
import { OAuthError } from './oauth-error.js';

/** What the token endpoint is asked for. */
export interface TokenForm {
  grant: 'password' | 'refresh_token';
  parameters: ReadonlyMap<string, string>;
}

/** Logging in and refreshing in the words of RFC 6749. There are no clients to authenticate, and no scopes. */
@Injectable()
export class TokenService {
  constructor(
    private readonly auth: AuthService,
    private readonly securityLog: SecurityLog,
  ) {}

  /** Throws as `AuthService` does, and `invalid_request` for a parameter that is missing. */
  async grant({ grant, parameters }: TokenForm, device: Device): Promise<TokenResponse> {
    const result = grant === 'password' ? this.logIn(parameters, device) : this.refresh(parameters, device);
    return toTokenResponse(await result);
  }

  private async logIn(parameters: TokenForm['parameters'], device: Device): Promise<AuthResponse> {
    const [username, password] = [required(parameters, 'username'), required(parameters, 'password')];
    const result = await this.auth.login(validated(LoginDto, { username, password }), device);
    this.securityLog.record('login_succeeded', { address: device.address }, { userId: result.user.id });
    return result;
  }

  private refresh(parameters: TokenForm['parameters'], device: Device): Promise<AuthResponse> {
    return this.auth.refresh(required(parameters, 'refresh_token'), device);
  }
}

function required(parameters: TokenForm['parameters'], name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing.`);
  return value;
}

function toTokenResponse({ accessToken, tokenType, expiresIn, refreshToken }: AuthResponse): TokenResponse {
  return {
    access_token: accessToken,
    token_type: tokenType,
    expires_in: expiresIn,
    refresh_token: refreshToken!,
  };
}

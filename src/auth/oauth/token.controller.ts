import { Controller, Header, HttpCode, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/principal.js';
import { type Device, RequestDevice } from '../sessions/device.js';
import { OAuthErrorResponse, TokenRequest, TokenResponse } from './dto/token.dto.js';
import { GrantGuard } from './grant.guard.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { type TokenForm, TokenService } from './token.service.js';

/** The token endpoint of RFC 6749, for first-party programs that speak that instead of `POST /login`. */
@ApiTags('auth')
@Public()
@Controller('oauth')
@UseFilters(OAuthErrorFilter)
export class TokenController {
  constructor(private readonly tokens: TokenService) {}

  @Post('token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Log in or refresh as OAuth 2.0 has it',
    description:
      'The `refresh_token` grant of RFC 6749 and, where OAUTH_PASSWORD_GRANT is on, its `password` grant, for programs that speak nothing else. There are no clients and no scopes.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenRequest })
  @ApiResponse({ status: 400, type: OAuthErrorResponse, description: 'What is wrong with the request, or the grant' })
  @ApiResponse({ status: 413, type: OAuthErrorResponse, description: 'The body is too large' })
  @ApiResponse({ status: 429, type: OAuthErrorResponse, description: 'Too many requests' })
  @ApiResponse({ status: 503, type: OAuthErrorResponse, description: 'The service cannot do this right now' })
  @UseGuards(GrantGuard)
  token(@Req() { body: form }: { body: TokenForm }, @RequestDevice() device: Device): Promise<TokenResponse> {
    return this.tokens.grant(form, device);
  }
}

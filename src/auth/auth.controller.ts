import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Audited } from '../audit/audited.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../common/api-problems.decorator.js';
import { Public } from '../common/principal.js';
import { AuthService } from './auth.service.js';
import { AuthResponse, LoginDto, RefreshTokenDto, RegisterDto } from './dto/auth.dto.js';
import { NeedsPasswordLogin } from './passwords/needs-password-login.js';
import { RateLimit } from './rate-limits/rate-limit.guard.js';
import { RegistrationService } from './registration/registration.service.js';
import { type Device, RequestDevice } from './sessions/device.js';
import { logoutProof } from './sessions/logout-proof.js';
import { readRefreshCookie } from './sessions/refresh-cookie.js';
import { RemembersDevice } from './sessions/remembers-device.js';
import { HandlesRefreshToken } from './sessions/session-transport.js';

@ApiTags('auth')
@ApiProblems(...BODY_PROBLEMS, 'rate_limited', 'unavailable')
@Public()
@Controller()
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly registration: RegistrationService,
  ) {}

  @Post('register')
  @RateLimit('register')
  @NeedsPasswordLogin()
  @HandlesRefreshToken()
  @RemembersDevice()
  @ApiOperation({
    summary: 'Make an account and log in',
    description:
      'The email address is pending until the link that is sent to it is used. The answer is the same whether or not the address has an account.',
  })
  @ApiProblems('username_taken', 'registration_closed', 'invite_invalid', 'password_login_disabled')
  @Audited('registered')
  register(@Body() dto: RegisterDto, @RequestDevice() device: Device): Promise<AuthResponse> {
    return this.registration.register(dto, device);
  }

  @Post('login')
  @RateLimit('login')
  @HttpCode(200)
  @NeedsPasswordLogin()
  @HandlesRefreshToken()
  @RemembersDevice()
  @ApiOperation({ summary: 'Log in' })
  @ApiProblems('invalid_credentials', 'account_deactivated', 'password_login_disabled')
  @Audited('login_succeeded')
  login(@Body() dto: LoginDto, @RequestDevice() device: Device): Promise<AuthResponse> {
    return this.auth.login(dto, device);
  }

  @Post('auth/refresh')
  @RateLimit('refresh')
  @HttpCode(200)
  @HandlesRefreshToken()
  @RemembersDevice()
  @ApiBody({ type: RefreshTokenDto, required: false })
  @ApiOperation({
    summary: 'Exchange a refresh token for new tokens',
    description:
      'Each refresh token is good once. When the answer was lost, the same again within ten seconds gets the same successor; later it ends the session, for somebody else may have it.',
  })
  @ApiProblems('session_ended', 'header_needed')
  refresh(
    @Body() { refreshToken }: RefreshTokenDto,
    @Req() request: Request,
    @RequestDevice() device: Device,
  ): Promise<AuthResponse> {
    return this.auth.refresh(refreshToken ?? readRefreshCookie(request), device);
  }

  @Post('logout')
  @HttpCode(204)
  @HandlesRefreshToken()
  @ApiBearerAuth()
  @ApiBody({ type: RefreshTokenDto, required: false })
  @ApiOperation({
    summary: 'End this session',
    description: 'Ends the session of the refresh token in the body, else of the access token, else of the cookie.',
  })
  @ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'header_needed')
  @Audited('logout')
  logout(@Body() { refreshToken }: RefreshTokenDto, @Req() request: Request): Promise<void> {
    return this.auth.logout(logoutProof(request, refreshToken));
  }
}

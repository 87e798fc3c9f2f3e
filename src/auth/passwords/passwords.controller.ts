import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, BODY_PROBLEMS } from '../../common/api-problems.decorator.js';
import { Me, type Principal, Public, UserId } from '../../common/principal.js';
import { NeedsPasswordLogin } from './needs-password-login.js';
import { RateLimit } from '../rate-limits/rate-limit.guard.js';
import { ChangePasswordDto, ForgottenPasswordDto, LinkDto, ResetPasswordDto } from './dto/passwords.dto.js';
import { PasswordsService } from './passwords.service.js';

@ApiTags('auth')
@ApiProblems('rate_limited', 'unavailable')
@Controller()
export class PasswordsController {
  constructor(private readonly passwords: PasswordsService) {}

  @Post('users/me/password')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Change my password', description: 'All my other sessions end.' })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'unauthenticated',
    'token_expired',
    'session_ended',
    'wrong_password',
    'login_needed',
    'session_needed',
    'password_login_disabled',
  )
  change(@Me() me: Principal, @Body() dto: ChangePasswordDto): Promise<void> {
    return this.passwords.change(me, dto);
  }

  @Public()
  @Post('auth/password/forgotten')
  @RateLimit('reset')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiOperation({
    summary: 'Have a link sent by which to choose a new password',
    description: 'The answer is the same whether or not the address is known. The link is good once, for an hour.',
  })
  @ApiProblems(...BODY_PROBLEMS, 'password_login_disabled')
  forgotten(@Body() { email }: ForgottenPasswordDto): Promise<void> {
    return this.passwords.forgotten(email);
  }

  @Public()
  @Post('auth/password/reset')
  @RateLimit('reset')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiOperation({ summary: 'Choose a new password by a link', description: 'All sessions of the user end.' })
  @ApiProblems(...BODY_PROBLEMS, 'link_invalid', 'password_login_disabled')
  reset(@Body() dto: ResetPasswordDto): Promise<void> {
    return this.passwords.reset(dto);
  }

  @Post('users/me/email/verify')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Have a link sent that proves my email address',
    description: 'Nothing is sent to an address that is verified. The link is good once, for a day.',
  })
  @ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'no_email')
  requestVerification(@UserId() me: string): Promise<void> {
    return this.passwords.requestVerification(me);
  }

  @Public()
  @Post('auth/email/verify')
  @RateLimit('reset')
  @HttpCode(204)
  @ApiOperation({ summary: 'Prove an email address by a link' })
  @ApiProblems(...BODY_PROBLEMS, 'link_invalid')
  verify(@Body() { token }: LinkDto): Promise<void> {
    return this.passwords.verify(token);
  }
}

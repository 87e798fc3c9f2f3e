import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../../audit/audited.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../../common/api-problems.decorator.js';
import { Me, type Principal, Public } from '../../common/principal.js';
import { LimitsFailures } from '../rate-limits/limits-failures.js';
import { RateLimit } from '../rate-limits/rate-limit.guard.js';
import { ChangesLogin } from './changes-login.decorator.js';
import { ChangePasswordDto, ForgottenPasswordDto, ResetPasswordDto } from './dto/passwords.dto.js';
import { ForgottenPasswords } from './forgotten-passwords.js';
import { PasswordChange } from './password-change.js';
import { NeedsPasswordLogin } from './needs-password-login.js';
import { PasswordsService } from './passwords.service.js';

@ApiTags('auth')
@ApiProblems('rate_limited', 'unavailable')
@Controller()
export class PasswordsController {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly passwordChange: PasswordChange,
    private readonly forgottenPasswords: ForgottenPasswords,
  ) {}

  @Post('users/me/password')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Change my password', description: 'All my other sessions end.' })
  @ChangesLogin('unauthenticated', 'token_expired', 'session_ended')
  @ApiProblems('password_login_disabled')
  @Audited('password_changed')
  change(@Me() me: Principal, @Body() dto: ChangePasswordDto): Promise<void> {
    return this.passwordChange.change(me, dto);
  }

  @Public()
  @Post('auth/password/forgotten')
  @RateLimit('reset')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiOperation({
    summary: 'Request a password-reset email',
    description:
      'The link is sent to the verified address of an account alone, and is good once, for an hour. The answer is the same whether or not there is one.',
  })
  @ApiProblems(...BODY_PROBLEMS, 'password_login_disabled')
  @Audited('password_reset_requested')
  forgotten(@Body() { email }: ForgottenPasswordDto): Promise<void> {
    return this.forgottenPasswords.send(email);
  }

  @Public()
  @Post('auth/password/reset')
  @LimitsFailures('reset', 'link_invalid')
  @HttpCode(204)
  @NeedsPasswordLogin()
  @ApiOperation({
    summary: 'Choose a new password by a link',
    description: 'All sessions of the user end. A Google login is unlinked unless it has the verified email address.',
  })
  @ApiProblems(...BODY_PROBLEMS, 'link_invalid', 'password_login_disabled')
  @Audited('password_reset')
  reset(@Body() dto: ResetPasswordDto): Promise<void> {
    return this.passwords.reset(dto);
  }
}

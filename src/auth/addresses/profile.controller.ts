import { Body, Controller, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { Me, type Principal, UserId } from '../../common/principal.js';
import { OwnUserResponse } from '../../users/dto/user.dto.js';
import { ChangesLogin } from '../passwords/changes-login.decorator.js';
import { UpdateUserDto } from './dto/update-user.dto.js';
import { ProfileService } from './profile.service.js';
import { VerificationService } from './verification.service.js';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me')
export class ProfileController {
  constructor(
    private readonly profile: ProfileService,
    private readonly verification: VerificationService,
  ) {}

  @Patch()
  @ApiOperation({
    summary: 'Change my display name or email address',
    description:
      'Another email address needs the password. It is `pendingEmail` until the link that is sent to it is used, and `email` stays as it is so long. The answer is the same whether or not the address has an account.',
  })
  @ChangesLogin()
  update(@Me() me: Principal, @Body() dto: UpdateUserDto): Promise<OwnUserResponse> {
    return this.profile.update(me, dto);
  }

  @Post('email/verify')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Send another link to my pending email address',
    description: 'Nothing is sent to an address that is verified. The link is good once, for a day.',
  })
  @ApiProblems('no_email')
  requestVerification(@UserId() me: string): Promise<void> {
    return this.verification.sendAgain(me);
  }
}

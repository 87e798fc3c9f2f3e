import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../../audit/audited.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../../common/api-problems.decorator.js';
import { Public } from '../../common/principal.js';
import { LinkDto } from '../passwords/dto/passwords.dto.js';
import { OneTimeLinks } from '../passwords/one-time-links.js';
import { LimitsFailures } from '../rate-limits/limits-failures.js';
import { ConfirmationService } from './confirmation.service.js';
import { LinkAccountResponse } from './dto/link-account.dto.js';

@ApiTags('auth')
@ApiProblems(...BODY_PROBLEMS, 'rate_limited', 'unavailable', 'link_invalid')
@Public()
@Controller('auth')
export class LinksController {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly confirmation: ConfirmationService,
  ) {}

  @Post('links/account')
  @LimitsFailures('reset', 'link_invalid')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Show the account of an emailed link',
    description: 'For pages, to show before the link is used. The link stays good.',
  })
  async account(@Body() { token }: LinkDto): Promise<LinkAccountResponse> {
    const { username } = await this.links.look(token);
    return { username };
  }

  @Post('email/verify')
  @LimitsFailures('reset', 'link_invalid')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm an email address by a link',
    description: 'The address becomes that of the account, and all sessions end but the one that asked for it.',
  })
  @ApiProblems('email_taken')
  @Audited('email_changed')
  verify(@Body() { token }: LinkDto): Promise<void> {
    return this.confirmation.confirm(token);
  }
}

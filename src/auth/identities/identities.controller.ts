import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Audited } from '../../audit/audited.decorator.js';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { Me, type Principal, UserId } from '../../common/principal.js';
import { GoogleService } from '../google/google.service.js';
import { IdentitiesResponse, LinkResponse } from './dto/identity.dto.js';
import { GOOGLE } from './identity.entity.js';
import { ChangesLogin } from '../passwords/changes-login.decorator.js';
import { ProofDto } from '../passwords/dto/proof.dto.js';
import { IdentitiesService } from './identities.service.js';
import { LinkedLogins } from './linked-logins.js';

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me/identities')
export class IdentitiesController {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly google: GoogleService,
    private readonly linkedLogins: LinkedLogins,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List linked identities' })
  list(@UserId() me: string): Promise<IdentitiesResponse> {
    return this.identities.list(me);
  }

  @Post('google')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Begin to link my account with Google',
    description:
      'For pages: the answer sets a cookie, and the browser then goes to `url`, and comes back linked. All my other sessions end then.',
  })
  @ApiBody({ type: ProofDto, required: false })
  @ChangesLogin('google_not_configured')
  linkGoogle(
    @Me() me: Principal,
    @Body() { password }: ProofDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LinkResponse> {
    return this.google.beginLink(request, response, me, password);
  }

  @Delete('google')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Unlink my account from Google',
    description: 'Not if it is the only way to log in. All my other sessions end.',
  })
  @ApiBody({ type: ProofDto, required: false })
  @ChangesLogin('identity_not_found', 'last_way_in')
  @Audited('identity_unlinked')
  unlinkGoogle(@Me() me: Principal, @Body() { password }: ProofDto): Promise<void> {
    return this.linkedLogins.unlink(me, password, GOOGLE);
  }
}

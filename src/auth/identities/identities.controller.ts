import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { type Principal, UserId } from '../../common/principal.js';
import { GoogleService } from '../google/google.service.js';
import { IdentitiesResponse, LinkResponse } from './dto/identity.dto.js';
import { IdentitiesService } from './identities.service.js';

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me/identities')
export class IdentitiesController {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly google: GoogleService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'As whom I am known elsewhere' })
  list(@UserId() me: string): Promise<IdentitiesResponse> {
    return this.identities.list(me);
  }

  @Post('google')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Begin to link my account with Google',
    description: 'For pages: the answer sets a cookie, and the browser then goes to `url`, and comes back linked.',
  })
  @ApiProblems('google_not_configured', 'session_needed')
  linkGoogle(
    @Req() request: Request & { user: Principal },
    @Res({ passthrough: true }) response: Response,
  ): Promise<LinkResponse> {
    return this.google.beginLink(request, response, request.user);
  }

  @Delete('google')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unlink my account from Google', description: 'Not if it is the only way to log in.' })
  @ApiProblems('identity_not_found', 'last_way_in')
  unlinkGoogle(@UserId() me: string): Promise<void> {
    return this.identities.unlink(me, 'google');
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../../audit/audited.decorator.js';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { IdParam } from '../../common/fields.js';
import { Me, type Principal, SessionId, UserId } from '../../common/principal.js';
import { ChangesLogin } from '../passwords/changes-login.decorator.js';
import { ProofDto } from '../passwords/dto/proof.dto.js';
import { SessionsResponse } from './dto/session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({ summary: 'List my sessions', description: 'At most 100, the last used first.' })
  list(@UserId() me: string, @SessionId() current: string | null): Promise<SessionsResponse> {
    return this.sessions.list(me, current);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'End all my sessions but this one', description: 'Their connections are closed at once.' })
  @ApiBody({ type: ProofDto, required: false })
  @ChangesLogin()
  @Audited('sessions_ended')
  endOthers(@Me() me: Principal, @Body() { password }: ProofDto): Promise<void> {
    return this.sessions.endOthers(me, password);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End one of my sessions',
    description: 'Its connections are closed at once. The current session ends without a password.',
  })
  @ApiBody({ type: ProofDto, required: false })
  @ChangesLogin('session_not_found')
  @Audited('sessions_ended')
  end(@Me() me: Principal, @Param() { id }: IdParam, @Body() { password }: ProofDto): Promise<void> {
    return this.sessions.endOne(me, id, password);
  }
}

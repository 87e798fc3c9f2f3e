import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { IdParam } from '../../common/fields.js';
import { SessionId, UserId } from '../../common/principal.js';
import { SessionsResponse } from './dto/session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({ summary: 'Where I am logged in, at most 100, the one that was used last first' })
  list(@UserId() me: string, @SessionId() current: string | null): Promise<SessionsResponse> {
    return this.sessions.list(me, current);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'End all my sessions but this one', description: 'Their connections are closed at once.' })
  endOthers(@UserId() me: string, @SessionId() current: string | null): Promise<void> {
    return this.sessions.endAll(me, { except: current });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of my sessions', description: 'Its connections are closed at once.' })
  @ApiProblems('validation_failed', 'session_not_found')
  end(@UserId() me: string, @Param() { id }: IdParam): Promise<void> {
    return this.sessions.end(me, id);
  }
}

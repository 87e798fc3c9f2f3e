import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { UserWithPresenceResponse } from '../changes/dto/user.dto.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { UserId } from '../common/principal.js';
import { SearchUsersQuery } from './dto/search-users.dto.js';
import { OwnUserResponse, UserPageResponse } from './dto/user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({ summary: 'Me' })
  getMe(@UserId() me: string): Promise<OwnUserResponse> {
    return this.users.getOwn(me);
  }

  @Get()
  @ApiOperation({
    summary: 'Find users by the beginning of the username, to start a conversation',
    description: 'Without a query: those who are in a group with me.',
  })
  @ApiProblems('validation_failed')
  search(@UserId() me: string, @Query() query: SearchUsersQuery): Promise<UserPageResponse> {
    return this.users.search(me, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A user, with their presence if we are in a group together' })
  @ApiProblems('validation_failed', 'user_not_found')
  get(@UserId() me: string, @Param() { id }: IdParam): Promise<UserWithPresenceResponse> {
    return this.users.get(me, id);
  }
}

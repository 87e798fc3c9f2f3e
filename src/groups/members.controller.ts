import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/audited.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { PageQuery } from '../common/paging.dto.js';
import { UserId } from '../common/principal.js';
import { MemberPageResponse, MemberResponse } from './dto/group.dto.js';
import { AddMemberDto, MemberParams } from './dto/group-inputs.dto.js';
import { MembersService } from './members.service.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems(
  'validation_failed',
  'unauthenticated',
  'token_expired',
  'session_ended',
  'group_not_found',
  'rate_limited',
  'unavailable',
)
@Controller('groups/:id/members')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Post()
  @ApiOperation({ summary: 'Add a user to a group (owner)' })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'not_a_member',
    'not_the_owner',
    'user_not_found',
    'direct_group_fixed',
    'limit_reached',
  )
  @Audited('member_added')
  add(@UserId() me: string, @Param() { id }: IdParam, @Body() { userId }: AddMemberDto): Promise<MemberResponse> {
    return this.members.add(me, id, userId);
  }

  @Get()
  @ApiOperation({ summary: 'The members of a group, in the order in which they joined' })
  @ApiProblems('not_a_member')
  list(@UserId() me: string, @Param() { id }: IdParam, @Query() page: PageQuery): Promise<MemberPageResponse> {
    return this.members.list(me, id, page);
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Leave a group, or remove a member (owner)' })
  @ApiProblems('not_a_member', 'not_the_owner', 'member_not_found', 'direct_group_fixed')
  @Audited('member_removed')
  remove(@UserId() me: string, @Param() { id, userId }: MemberParams): Promise<void> {
    return this.members.remove(me, id, userId);
  }
}

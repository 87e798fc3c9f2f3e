import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/audited.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { UserId } from '../common/principal.js';
import { CREATE_GROUP_EXAMPLES, CreateGroupDto } from './dto/create-group.dto.js';
import { GroupPageResponse, GroupResponse, ReadStateResponse } from './dto/group.dto.js';
import { ListGroupsQuery, ReadDto, UpdateGroupDto } from './dto/group-inputs.dto.js';
import { GroupsService } from './groups.service.js';
import { MembersService } from './members.service.js';
import { ReadStateService } from './read-state.service.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems('validation_failed', 'unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('groups')
export class GroupsController {
  constructor(
    private readonly groups: GroupsService,
    private readonly members: MembersService,
    private readonly readState: ReadStateService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Make a group, or open the direct group with a user' })
  @ApiBody({ type: CreateGroupDto, examples: CREATE_GROUP_EXAMPLES })
  @ApiProblems(...BODY_PROBLEMS, 'user_not_found', 'limit_reached')
  create(@UserId() me: string, @Body() dto: CreateGroupDto): Promise<GroupResponse> {
    return this.groups.create(me, dto);
  }

  @Get()
  @ApiOperation({ summary: 'My groups by last activity, or the public ones to discover' })
  list(@UserId() me: string, @Query() query: ListGroupsQuery): Promise<GroupPageResponse> {
    return this.groups.list(me, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A group' })
  @ApiProblems('group_not_found')
  get(@UserId() me: string, @Param() { id }: IdParam): Promise<GroupResponse> {
    return this.groups.get(me, id);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Rename or describe a group (owner)' })
  @ApiProblems(...BODY_PROBLEMS, 'group_not_found', 'not_a_member', 'not_the_owner', 'direct_group_fixed')
  update(@UserId() me: string, @Param() { id }: IdParam, @Body() dto: UpdateGroupDto): Promise<GroupResponse> {
    return this.groups.update(me, id, dto);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Erase a group with its messages (owner)' })
  @ApiProblems('group_not_found', 'not_a_member', 'not_the_owner', 'direct_group_fixed')
  @Audited('group_deleted')
  remove(@UserId() me: string, @Param() { id }: IdParam): Promise<void> {
    return this.groups.remove(me, id);
  }

  @Post(':id/join')
  @HttpCode(200)
  @ApiOperation({ summary: 'Join a public group' })
  @ApiProblems('group_not_found', 'limit_reached')
  join(@UserId() me: string, @Param() { id }: IdParam): Promise<GroupResponse> {
    return this.members.join(me, id);
  }

  @Post(':id/read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say how far I have read' })
  @ApiProblems(...BODY_PROBLEMS, 'group_not_found', 'not_a_member')
  read(@UserId() me: string, @Param() { id }: IdParam, @Body() { seq }: ReadDto): Promise<ReadStateResponse> {
    return this.readState.read(me, id, seq);
  }
}

import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageResponse } from '../changes/dto/message.dto.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { UserId } from '../common/principal.js';
import { ListPinnedQuery, PinnedMessagesResponse } from './dto/pinned-messages.dto.js';
import { PinsService } from './pins.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@ApiProblems(
  'validation_failed',
  'unauthenticated',
  'token_expired',
  'session_ended',
  'not_a_member',
  'rate_limited',
  'unavailable',
)
@Controller('messages')
export class PinsController {
  constructor(private readonly pins: PinsService) {}

  @Get('pinned')
  @ApiOperation({ summary: 'The pinned messages of a group, at most 50, the one that was pinned last first' })
  @ApiProblems('group_not_found')
  list(@UserId() me: string, @Query() { groupId }: ListPinnedQuery): Promise<PinnedMessagesResponse> {
    return this.pins.list(me, groupId);
  }

  @Put(':id/pin')
  @ApiOperation({ summary: 'Pin a message (owner; both in a direct group)', description: 'A repeat changes nothing.' })
  @ApiProblems('message_not_found', 'not_the_owner', 'message_deleted', 'limit_reached')
  pin(@UserId() me: string, @Param() { id }: IdParam): Promise<MessageResponse> {
    return this.pins.pin(me, id);
  }

  @Delete(':id/pin')
  @ApiOperation({
    summary: 'Unpin a message (owner; both in a direct group)',
    description: 'A repeat changes nothing.',
  })
  @ApiProblems('message_not_found', 'not_the_owner', 'message_deleted')
  unpin(@UserId() me: string, @Param() { id }: IdParam): Promise<MessageResponse> {
    return this.pins.unpin(me, id);
  }
}

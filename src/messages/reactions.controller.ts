import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageResponse } from '../changes/dto/message.dto.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { UserId } from '../common/principal.js';
import { ListReactionsQuery, ReactionParams } from './dto/reaction-inputs.dto.js';
import { ReactionPageResponse } from './dto/reaction-page.dto.js';
import { ReactionsService } from './reactions.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@ApiProblems(
  'malformed_request',
  'validation_failed',
  'unauthenticated',
  'token_expired',
  'session_ended',
  'not_a_member',
  'message_not_found',
  'rate_limited',
  'unavailable',
)
@Controller('messages/:id/reactions')
export class ReactionsController {
  constructor(private readonly reactions: ReactionsService) {}

  @Get()
  @ApiOperation({
    summary: 'Who reacted to a message with what',
    description: 'With `userId`, what that user reacted with: a message itself names only the first 20 for each emoji.',
  })
  list(
    @UserId() me: string,
    @Param() { id }: IdParam,
    @Query() query: ListReactionsQuery,
  ): Promise<ReactionPageResponse> {
    return this.reactions.list(me, id, query);
  }

  @Put(':emoji')
  @ApiOperation({
    summary: 'React to a message',
    description: 'The emoji is percent-encoded. A repeat changes nothing.',
  })
  @ApiProblems('message_deleted', 'limit_reached')
  add(@UserId() me: string, @Param() { id, emoji }: ReactionParams): Promise<MessageResponse> {
    return this.reactions.add(me, id, emoji);
  }

  @Delete(':emoji')
  @ApiOperation({
    summary: 'Take a reaction back',
    description: 'The emoji is percent-encoded. A repeat changes nothing.',
  })
  @ApiProblems('message_deleted')
  remove(@UserId() me: string, @Param() { id, emoji }: ReactionParams): Promise<MessageResponse> {
    return this.reactions.remove(me, id, emoji);
  }
}

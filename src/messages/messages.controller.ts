import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageResponse } from '../changes/dto/message.dto.js';
import { ApiProblems, BODY_PROBLEMS } from '../common/api-problems.decorator.js';
import { IdParam } from '../common/fields.js';
import { UserId } from '../common/principal.js';
import { EditMessageDto, ListMessagesQuery, SEND_EXAMPLES, SendMessageDto } from './dto/message-inputs.dto.js';
import { MessagePageResponse } from './dto/message-page.dto.js';
import { HistoryService } from './history.service.js';
import { withIdempotencyKey } from './idempotency-key.js';
import { MessagesService } from './messages.service.js';

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
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly history: HistoryService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Send a message', description: 'A repeat with the same id answers with the same message.' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The id that the message is to have; the same as `id` in the body',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiBody({ type: SendMessageDto, examples: SEND_EXAMPLES })
  @ApiProblems(...BODY_PROBLEMS, 'group_not_found', 'message_id_conflict')
  send(
    @UserId() me: string,
    @Body() dto: SendMessageDto,
    @Headers('Idempotency-Key') key?: string,
  ): Promise<MessageResponse> {
    return this.messages.send(me, withIdempotencyKey(dto, key));
  }

  @Get()
  @ApiOperation({ summary: "A page of a group's history, the newest by default, in seq order" })
  @ApiProblems('group_not_found')
  list(@UserId() me: string, @Query() query: ListMessagesQuery): Promise<MessagePageResponse> {
    return this.history.list(me, query);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Edit a message (author)' })
  @ApiProblems(...BODY_PROBLEMS, 'message_not_found', 'not_the_author', 'message_deleted')
  edit(@UserId() me: string, @Param() { id }: IdParam, @Body() { text }: EditMessageDto): Promise<MessageResponse> {
    return this.messages.edit(me, id, text);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a message (author); its tombstone stays' })
  @ApiProblems('message_not_found', 'not_the_author')
  delete(@UserId() me: string, @Param() { id }: IdParam): Promise<MessageResponse> {
    return this.messages.delete(me, id);
  }
}

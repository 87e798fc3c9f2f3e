import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '../changes/changes.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { HistoryService } from './history.service.js';
import { MessageRecord } from './message.entity.js';
import { MessageStore } from './message-store.js';
import { MessageWriter } from './message-writer.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';

@Module({
  imports: [ChangesModule, GroupsModule, TypeOrmModule.forFeature([MessageRecord])],
  controllers: [MessagesController],
  providers: [HistoryService, MessageStore, MessageWriter, MessagesService],
  exports: [MessagesService],
})
export class MessagesModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '../changes/changes.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { HistoryService } from './history.service.js';
import { MessageChanges } from './message-changes.js';
import { MessageStore } from './message-store.js';
import { MessageWriter } from './message-writer.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { PinsController } from './pins.controller.js';
import { PinsService } from './pins.service.js';
import { ReactionRecord } from './reaction.entity.js';
import { ReactionsController } from './reactions.controller.js';
import { ReactionsService } from './reactions.service.js';

@Module({
  imports: [ChangesModule, DatabaseModule, GroupsModule, TypeOrmModule.forFeature([ReactionRecord])],
  controllers: [MessagesController, PinsController, ReactionsController],
  providers: [
    HistoryService,
    MessageChanges,
    MessageStore,
    MessageWriter,
    MessagesService,
    PinsService,
    ReactionsService,
  ],
  exports: [MessagesService, PinsService, ReactionsService],
})
export class MessagesModule {}

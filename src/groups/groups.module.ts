import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '../changes/changes.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';
import { GroupAccess } from './group-access.js';
import { GroupWriteQueue } from './group-write-queue.js';
import { GroupViews } from './group-views.js';
import { Group } from './group.entity.js';
import { GroupsController } from './groups.controller.js';
import { GroupsService } from './groups.service.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { Membership } from './membership.entity.js';
import { Memberships } from './memberships.js';
import { ReadStateService } from './read-state.service.js';

@Module({
  imports: [ChangesModule, DatabaseModule, UsersModule, TypeOrmModule.forFeature([Group, Membership])],
  controllers: [GroupsController, MembersController],
  providers: [GroupAccess, GroupViews, GroupWriteQueue, GroupsService, MembersService, Memberships, ReadStateService],
  exports: [GroupAccess, GroupWriteQueue, GroupsService, MembersService, ReadStateService],
})
export class GroupsModule {}

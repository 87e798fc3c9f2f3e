import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { AccountController } from './account.controller.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';

@Module({
  imports: [AuthModule, GroupsModule],
  controllers: [AccountController],
  providers: [ErasureService, ExportService],
})
export class AccountsModule {}

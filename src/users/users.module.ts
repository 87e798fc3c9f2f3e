import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OneTimeToken } from './one-time-token.entity.js';
import { PresenceReader } from './presence-reader.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([OneTimeToken, User])],
  controllers: [UsersController],
  providers: [PresenceReader, UsersService],
  exports: [PresenceReader, UsersService],
})
export class UsersModule {}

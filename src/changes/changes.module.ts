import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { ChangeBus } from './change-bus.js';
import { RedisChangeBus } from './redis-change-bus.js';

@Module({
  providers: [
    {
      provide: ChangeBus,
      inject: [Config],
      useFactory: ({ redisUrl }: Config) => (redisUrl === null ? new ChangeBus() : new RedisChangeBus(redisUrl)),
    },
  ],
  exports: [ChangeBus],
})
export class ChangesModule {}

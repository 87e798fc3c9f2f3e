import { Module } from '@nestjs/common';
import { ChangeBus } from './change-bus.js';

@Module({ providers: [ChangeBus], exports: [ChangeBus] })
export class ChangesModule {}

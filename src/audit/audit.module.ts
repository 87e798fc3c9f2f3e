import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditInterceptor } from './audit.interceptor.js';
import { SecurityLog } from './security-log.js';

@Module({
  providers: [SecurityLog, { provide: APP_INTERCEPTOR, useClass: AuditInterceptor }],
  exports: [SecurityLog],
})
export class AuditModule {}

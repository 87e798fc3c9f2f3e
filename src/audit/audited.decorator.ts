import { SetMetadata } from '@nestjs/common';
import type { SecurityEventName } from './security-log.js';

export const AUDITED = 'messendger:security-event';

/** Has a security event recorded whenever the route succeeds. What is refused is recorded everywhere by itself. */
export const Audited = (event: SecurityEventName): MethodDecorator => SetMetadata(AUDITED, event);

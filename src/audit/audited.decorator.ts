import { SetMetadata } from '@nestjs/common';
import type { SecurityEventName } from './security-log.js';

export const AUDITED = 'messendger:security-event';

/** What a route records. */
export interface AuditedRoute {
  event: SecurityEventName;
  /** Recorded only where the body has this field. */
  field?: string | undefined;
}

/** Has a security event recorded whenever the route succeeds. What is refused is recorded everywhere by itself. */
export const Audited = (event: SecurityEventName, field?: string): MethodDecorator =>
  SetMetadata(AUDITED, { event, field } satisfies AuditedRoute);

import type { Request } from 'express';
import { addressOf } from '../common/address.js';
import type { Principal } from '../common/principal.js';
import type { SecurityEventOrigin } from './security-log.js';

/** From where, and by whom, a request comes. */
export function originOf(request: Request): SecurityEventOrigin {
  const { id, user } = request as { id?: string; user?: Principal };
  return { requestId: id, address: addressOf(request), actorId: user?.userId };
}

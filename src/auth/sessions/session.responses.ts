import { nameOfDevice } from './device.js';
import type { SessionResponse } from './dto/session.dto.js';
import type { Session } from './session.entity.js';

export function toSessionResponse(session: Session, currentId: string | null): SessionResponse {
  return {
    id: session.id,
    device: nameOfDevice(session.userAgent),
    address: session.address,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.lastUsedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    current: session.id === currentId,
  };
}

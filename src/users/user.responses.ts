import type { UserResponse } from '../changes/dto/user.dto.js';
import type { OwnUserResponse } from './dto/user.dto.js';
import { pendingEmailOf } from './pending-email.js';
import type { User } from './user.entity.js';

export function toUserResponse({ id, username, displayName }: User): UserResponse {
  return { id, username, displayName };
}

export function toOwnUserResponse(user: User): OwnUserResponse {
  return {
    ...toUserResponse(user),
    email: user.email,
    emailVerified: user.email !== null,
    pendingEmail: pendingEmailOf(user),
    createdAt: user.createdAt.toISOString(),
  };
}

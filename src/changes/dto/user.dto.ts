import { ApiProperty } from '@nestjs/swagger';
import { ApiUnset } from '../../common/api-unset.decorator.js';
import type { PresenceStatus, UserSummary, UserWithPresence } from '../contract.js';

export const PRESENCE_STATUSES = ['online', 'offline'] satisfies PresenceStatus[];

/** Someone, as other people see them. */
export class UserResponse implements UserSummary {
  /** @example '0198c5a4-7c1e-7f3a-9d42-5d6f1f0c2b11' */
  id!: string;

  /** @example 'ann' */
  username!: string;

  /** @example 'Ann Miller' */
  displayName!: string;
}

/** Someone with their presence, as people to whom it is shown see it. */
export class UserWithPresenceResponse extends UserResponse implements UserWithPresence {
  @ApiProperty({
    type: String,
    enum: [...PRESENCE_STATUSES, null],
    nullable: true,
    example: 'online',
    description: 'Null unless we share a group; a direct group counts once they wrote in it',
  })
  status!: PresenceStatus | null;

  @ApiUnset('date-time', 'When they were last online: null while they are, if they never were, or if it is not shown')
  lastSeenAt!: string | null;
}

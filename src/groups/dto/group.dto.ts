import { ApiProperty } from '@nestjs/swagger';
import type {
  Group,
  GroupKind,
  GroupProfile,
  Member,
  MemberRole,
  MemberWithPresence,
  OwnMembership,
  Page,
  PresenceStatus,
} from '../../changes/contract.js';
import { MessageResponse } from '../../changes/dto/message.dto.js';
import { PRESENCE_STATUSES, UserResponse, UserWithPresenceResponse } from '../../changes/dto/user.dto.js';
import { ApiUnset } from '../../common/api-unset.decorator.js';
import { PageCursors } from '../../common/paging.dto.js';

const KINDS = ['public', 'private', 'direct'] satisfies GroupKind[];
const ROLES = ['owner', 'member'] satisfies MemberRole[];

/** What everyone who can see a group sees of it. */
export class GroupProfileResponse implements GroupProfile {
  /** @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' */
  id!: string;

  @ApiProperty({ enum: KINDS, enumName: 'GroupKind' })
  kind!: GroupKind;

  /**
   * Null for a direct group: show the peer's name.
   * @example 'Engineering'
   */
  name!: string | null;

  /** @example 'Everything that we build' */
  description!: string | null;

  /** @example 12 */
  memberCount!: number;

  /** @example '2026-11-22T09:30:00.000Z' */
  createdAt!: string;

  /**
   * The group's revision when this was read.
   * @example 57
   */
  revision!: number;

  /**
   * The seq of its newest message; 0 when there is none.
   * @example 41
   */
  lastSeq!: number;
}

/** My place in a group. */
export class OwnMembershipResponse implements OwnMembership {
  @ApiProperty({ enum: ROLES, enumName: 'MemberRole' })
  role!: MemberRole;

  /** @example '2026-11-22T09:30:00.000Z' */
  joinedAt!: string;

  /**
   * The seq up to which I read.
   * @example 39
   */
  readSeq!: number;

  /**
   * How many newer messages of others there are.
   * @example 2
   */
  unread!: number;
}

/** A group as the one who asks sees it. */
export class GroupResponse extends GroupProfileResponse implements Group {
  /** The other person of a direct group. */
  @ApiProperty({ type: UserWithPresenceResponse, nullable: true })
  peer!: UserWithPresenceResponse | null;

  /** The newest message, for members. */
  @ApiProperty({ type: MessageResponse, nullable: true })
  lastMessage!: MessageResponse | null;

  /** Null when I am not a member. */
  @ApiProperty({ type: OwnMembershipResponse, nullable: true })
  membership!: OwnMembershipResponse | null;
}

/** One page of groups. */
export class GroupPageResponse extends PageCursors implements Page<GroupResponse> {
  items!: GroupResponse[];
}

/** A user's place in a group. */
export class MemberResponse implements Member {
  /** @example '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1' */
  groupId!: string;

  /** @example 2 */
  revision!: number;

  user!: UserResponse;

  @ApiProperty({ enum: ROLES, enumName: 'MemberRole' })
  role!: MemberRole;

  /** @example '2026-11-22T09:30:00.000Z' */
  joinedAt!: string;

  @ApiUnset('date-time', 'Set once the membership ended')
  leftAt!: string | null;

  @ApiUnset('uuid', 'Who removed this member; null for someone who left, or is still in')
  removedBy!: string | null;
}

/** A member with their presence. */
export class MemberWithPresenceResponse extends MemberResponse implements MemberWithPresence {
  @ApiProperty({
    type: String,
    enum: [...PRESENCE_STATUSES, null],
    nullable: true,
    example: 'online',
    description: 'Null for the other one of a direct group who has not written in it, if we share no other group',
  })
  status!: PresenceStatus | null;

  @ApiUnset('date-time', 'When they were last online: null while they are, if they never were, or if it is not shown')
  lastSeenAt!: string | null;
}

/** One page of members. */
export class MemberPageResponse extends PageCursors implements Page<MemberWithPresenceResponse> {
  items!: MemberWithPresenceResponse[];
}

/** How far I read, after saying so. */
export class ReadStateResponse {
  /** @example 41 */
  readSeq!: number;

  /** @example 0 */
  unread!: number;
}

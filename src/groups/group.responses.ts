import type { User } from '../users/user.entity.js';
import { toUserResponse } from '../users/user.responses.js';
import type { GroupProfileResponse, MemberResponse } from './dto/group.dto.js';
import type { Group } from './group.entity.js';
import type { Membership } from './membership.entity.js';

export function toGroupProfile(group: Group): GroupProfileResponse {
  const { id, kind, name, description, memberCount, createdAt, revision, lastSeq } = group;
  return { id, kind, name, description, memberCount, createdAt: createdAt.toISOString(), revision, lastSeq };
}

export function toMember(membership: Membership, user: User): MemberResponse {
  const { groupId, revision, role, joinedAt, leftAt, removedBy } = membership;
  return {
    groupId,
    revision,
    user: toUserResponse(user),
    role,
    joinedAt: joinedAt.toISOString(),
    leftAt: leftAt?.toISOString() ?? null,
    removedBy,
  };
}

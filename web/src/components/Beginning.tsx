import { copyText } from '../copy';
import { groupLink } from '../router';
import { nameOf } from '../state/groups';
import type { OwnGroup } from '../state/model';
import { dateOf } from '../time';
import { GroupAvatar } from './Avatar';
import { Icon } from './Icon';

/** What stands above the first message. In an empty conversation it is the invitation to write one. */
export function Beginning({ group }: { group: OwnGroup }) {
  const isDirect = group.kind === 'direct';
  return (
    <div className="beginning">
      <GroupAvatar group={group} size="large" />
      <h2 dir="auto">{nameOf(group)}</h2>
      {group.description && <p dir="auto">{group.description}</p>}
      <p className="beginning-fact">
        {isDirect
          ? `This is between you and ${nameOf(group)}.`
          : `${group.kind === 'private' ? 'Private' : 'Public'} group, created on ${dateOf(group.createdAt)}.`}
      </p>
      {!isDirect && group.memberCount === 1 && (
        <button type="button" className="button" onClick={() => void copyText(groupLink(group.id), 'Link')}>
          <Icon name="link" />
          {group.kind === 'private' ? 'Copy the link for members' : 'Copy the link, and invite people'}
        </button>
      )}
    </div>
  );
}

import { memo } from 'react';
import { useChatState } from '../chat/current';
import { groupPath } from '../router';
import { nameOf } from '../state/groups';
import type { GroupEntry, PendingMessage } from '../state/model';
import { agoOf, momentOf } from '../time';
import { GroupAvatar } from './Avatar';
import { Icon } from './Icon';

interface Props {
  entry: GroupEntry;
  isCurrent: boolean;
  now: number;
}

/** A group in the list: its name, its newest message, and how much of it is unread. */
export const GroupRow = memo(function GroupRow({ entry, isCurrent, now }: Props) {
  const { group } = entry;
  const { unread } = group.membership;
  const me = useChatState((state) => state.me.id);
  const pending = useChatState((state) => state.outbox.findLast(({ groupId }) => groupId === group.id));
  const last = group.lastMessage;
  const at = pending?.createdAt ?? last?.createdAt;
  return (
    <li>
      <a className="group-row" href={groupPath(group.id)} aria-current={isCurrent ? 'page' : undefined}>
        <GroupAvatar group={group} />
        <span className="group-row-words">
          <span className="group-row-top">
            <span className="group-row-name" dir="auto">
              {group.kind === 'private' && <Icon name="lock" />}
              {nameOf(group)}
            </span>
            {at && (
              <time dateTime={at} title={momentOf(at)}>
                {agoOf(at, now)}
              </time>
            )}
          </span>
          <span className="group-row-bottom">
            <span className="group-row-preview" dir="auto">
              {previewOf(entry, me, pending)}
            </span>
            {pending && <Icon name={pending.problem ? 'alert' : 'clock'} />}
            {unread > 0 && (
              <span className="badge">
                <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
                <span className="visually-hidden">{unread} unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
});

function previewOf({ group }: GroupEntry, me: string, pending: PendingMessage | undefined): string {
  if (pending) return `You: ${pending.text}`;
  const { lastMessage } = group;
  if (!lastMessage) return group.description ?? 'No messages yet';
  const { sender } = lastMessage;
  const who = sender.id === me ? 'You: ' : group.kind === 'direct' ? '' : `${sender.displayName.split(' ')[0]}: `;
  return who + (lastMessage.deletedAt ? 'Message deleted' : lastMessage.text);
}

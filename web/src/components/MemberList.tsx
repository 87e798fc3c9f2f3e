import { useEffect, useState } from 'react';
import type { Member, Presence } from '../../../src/changes/contract';
import { api } from '../api';
import { useChat, useChatState } from '../chat/current';
import { useStartDirect } from '../chat/use-start-direct';
import { presenceWords } from '../presence-words';
import type { GroupEntry } from '../state/model';
import { useNow } from '../time';
import { toast } from '../toasts';
import { Avatar } from './Avatar';
import { ConfirmDialog } from './ConfirmDialog';
import { Icon } from './Icon';

/** Who is in a group. Its owner can remove people; everyone can write to them. */
export function MemberList({ entry }: { entry: GroupEntry }) {
  const chat = useChat();
  const me = useChatState((state) => state.me.id);
  const presence = useChatState((state) => state.presence);
  const now = useNow();
  const startDirect = useStartDirect();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const { group, members } = entry;
  const isKnown = members !== null;
  const present = Object.values(members?.members ?? {})
    .filter(({ leftAt }) => leftAt === null)
    .sort((a, b) => Number(b.role === 'owner') - Number(a.role === 'owner') || a.joinedAt.localeCompare(b.joinedAt));

  useEffect(() => {
    if (!isKnown) chat.people.loadMembers(group.id).catch(toast.error);
  }, [chat, group.id, isKnown]);

  return (
    <section className="members" aria-label="Members">
      <h3>{group.memberCount === 1 ? '1 member' : `${group.memberCount} members`}</h3>
      <ul>
        {present.map((member) => (
          <li key={member.user.id} className="member">
            <Avatar user={member.user} size="small" isOnline={presence[member.user.id]?.status === 'online'} />
            <span className="member-words">
              <span dir="auto">
                {member.user.displayName}
                {member.user.id === me && ' (you)'}
              </span>
              <small>
                @{member.user.username}
                {member.role === 'owner' && ' · owner'}
                {member.user.id !== me && presenceAfter(presence[member.user.id], now)}
              </small>
            </span>
            {member.user.id !== me && group.kind !== 'direct' && (
              <>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Write to ${member.user.displayName}`}
                  title={`Write to ${member.user.displayName}`}
                  onClick={() => void startDirect(member.user.id)}
                >
                  <Icon name="message" />
                </button>
                {group.membership.role === 'owner' && (
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={`Remove ${member.user.displayName}`}
                    title={`Remove ${member.user.displayName}`}
                    onClick={() => setLeaving(member)}
                  >
                    <Icon name="close" />
                  </button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {members?.nextCursor && (
        <button
          type="button"
          className="button more"
          onClick={() => void chat.people.loadMembers(group.id).catch(toast.error)}
        >
          Show more
        </button>
      )}
      {leaving && (
        <ConfirmDialog
          title={`Remove ${leaving.user.displayName}?`}
          text="They see nothing of this group any more, from this moment on."
          action="Remove"
          onConfirm={() => api.removeMember(group.id, leaving.user.id).then(() => undefined)}
          onClose={() => setLeaving(null)}
        />
      )}
    </section>
  );
}

function presenceAfter(presence: Presence | undefined, now: number): string {
  const words = presenceWords(presence, now);
  return words ? ` · ${words}` : '';
}

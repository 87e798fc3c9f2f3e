import { useChatState } from '../chat/current';
import { copyText } from '../copy';
import { presenceWords } from '../presence-words';
import { groupLink } from '../router';
import { nameOf } from '../state/groups';
import type { OwnGroup } from '../state/model';
import { useNow } from '../time';
import { GroupAvatar } from './Avatar';
import { Icon } from './Icon';
import { ScreenHead } from './ScreenHead';

interface Props {
  group: OwnGroup;
  hasDetails: boolean;
  onDetails: () => void;
}

/** What the conversation is called, and what can be done with it as a whole. */
export function ConversationHead({ group, hasDetails, onDetails }: Props) {
  const isDirect = group.kind === 'direct';
  const now = useNow();
  const presence = useChatState((state) => presenceWords(state.presence[group.peer?.id ?? ''], now));
  return (
    <ScreenHead>
      <GroupAvatar group={group} />
      <div className="screen-words">
        <h1 className="screen-title" dir="auto">
          {nameOf(group)}
        </h1>
        <p className="screen-subtitle">{subtitleOf(group, presence)}</p>
      </div>
      {!isDirect && (
        <button
          type="button"
          className="icon-button"
          aria-label="Copy link"
          title="Copy the link to this group"
          onClick={() => void copyText(groupLink(group.id), 'Link')}
        >
          <Icon name="link" />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={isDirect ? 'Details' : 'Members'}
        title={isDirect ? 'Details' : 'Members'}
        aria-expanded={hasDetails}
        onClick={onDetails}
      >
        <Icon name="users" />
      </button>
    </ScreenHead>
  );
}

function subtitleOf({ kind, peer, memberCount }: OwnGroup, presence: string | null): string {
  if (peer) return presence ? `@${peer.username} · ${presence}` : `@${peer.username}`;
  const members = memberCount === 1 ? '1 member' : `${memberCount} members`;
  return `${kind === 'private' ? 'Private' : 'Public'} group · ${members}`;
}

import { useState } from 'react';
import { api } from '../api';
import { useChat, useChatState } from '../chat/current';
import { copyText } from '../copy';
import { closeRoute, groupLink } from '../router';
import { nameOf } from '../state/groups';
import type { GroupEntry } from '../state/model';
import { AddMemberDialog } from './AddMemberDialog';
import { GroupAvatar } from './Avatar';
import { ConfirmDialog } from './ConfirmDialog';
import { EditGroupDialog } from './EditGroupDialog';
import { Icon } from './Icon';
import { MemberList } from './MemberList';

type DialogName = 'add' | 'edit' | 'leave' | 'delete';

/** What a conversation is about and who is in it; and, for its owner, what can be changed. */
export function Details({ entry, onClose }: { entry: GroupEntry; onClose: () => void }) {
  const chat = useChat();
  const me = useChatState((state) => state.me.id);
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const { group } = entry;
  const isOwner = group.membership.role === 'owner';
  const isDirect = group.kind === 'direct';
  const name = nameOf(group);

  const end = async (call: Promise<unknown>) => {
    await call;
    closeRoute(group.id);
    chat.drop(group.id);
  };

  return (
    <aside className="details" aria-label="Details">
      <header className="details-head">
        <h2>{isDirect ? 'Details' : 'About this group'}</h2>
        <button type="button" className="icon-button" aria-label="Close details" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="details-body">
        <div className="details-about">
          <GroupAvatar group={group} size="large" />
          <h3 dir="auto">{name}</h3>
          {group.peer && <p>@{group.peer.username}</p>}
          {group.description && <p dir="auto">{group.description}</p>}
        </div>
        {!isDirect && (
          <div className="details-ways">
            <button type="button" className="button" onClick={() => void copyText(groupLink(group.id), 'Link')}>
              <Icon name="link" /> Copy link
            </button>
            {isOwner && (
              <>
                <button type="button" className="button" onClick={() => setDialog('add')}>
                  <Icon name="userPlus" /> Add people
                </button>
                <button type="button" className="button" onClick={() => setDialog('edit')}>
                  <Icon name="edit" /> Edit group
                </button>
              </>
            )}
          </div>
        )}
        <MemberList entry={entry} />
        {!isDirect && (
          <div className="details-end">
            <button type="button" className="button" data-kind="quiet-danger" onClick={() => setDialog('leave')}>
              <Icon name="leave" /> Leave group
            </button>
            {isOwner && (
              <button type="button" className="button" data-kind="quiet-danger" onClick={() => setDialog('delete')}>
                <Icon name="trash" /> Delete group
              </button>
            )}
          </div>
        )}
      </div>
      {dialog === 'add' && <AddMemberDialog entry={entry} onClose={() => setDialog(null)} />}
      {dialog === 'edit' && <EditGroupDialog group={group} onClose={() => setDialog(null)} />}
      {dialog === 'leave' && (
        <ConfirmDialog
          title={`Leave ${name}?`}
          text={leavingText(isOwner, group.memberCount, group.kind === 'public')}
          action="Leave"
          onConfirm={() => end(api.removeMember(group.id, me))}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          text="The group and all of its messages are gone for everyone, for good."
          action="Delete group"
          onConfirm={() => end(api.deleteGroup(group.id))}
          onClose={() => setDialog(null)}
        />
      )}
    </aside>
  );
}

function leavingText(isOwner: boolean, members: number, isPublic: boolean): string {
  if (members === 1) return 'You are the last one in it: the group and its messages are deleted.';
  const back = isPublic ? 'You can join again at any time.' : 'You can come back only when you are added again.';
  return isOwner ? `${back} Whoever has been in it the longest becomes its owner.` : back;
}

import { type KeyboardEvent, memo, useState } from 'react';
import { useChat } from '../chat/current';
import type { ShownMessage } from '../state/rows';
import { timeOf } from '../time';
import { Avatar } from './Avatar';
import { Bubble } from './Bubble';
import { ConfirmDialog } from './ConfirmDialog';
import { MessageActions } from './MessageActions';
import { Reactions } from './Reactions';
import { UnsentNote } from './UnsentNote';

interface Props {
  shown: ShownMessage;
  first: boolean;
  last: boolean;
  isMine: boolean;
  isDirect: boolean;
  isStop: boolean;
  onStop: (id: string) => void;
}

/** A message in the list. What can be done with it shows up when it is pointed at or has the focus. */
export const MessageRow = memo(function MessageRow({ shown, first, last, isMine, isDirect, isStop, onStop }: Props) {
  const chat = useChat();
  const { stored, pending, sender } = shown;
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isDone = stored !== null && stored.deletedAt === null;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || !isDone) return;
    const key = event.key.toLowerCase();
    if (key === 'r') chat.compose(stored.groupId, { kind: 'reply', message: stored });
    else if (key === 'e' && isMine) chat.compose(stored.groupId, { kind: 'edit', message: stored });
    else if (key === 'delete' && isMine) setDeleting(true);
    else return;
    event.preventDefault();
  };

  return (
    <article
      className="message"
      aria-label={`${isMine ? 'You' : sender.displayName}, ${timeOf(shown.createdAt)}`}
      tabIndex={isStop ? 0 : -1}
      data-row={shown.id}
      data-seq={stored?.seq}
      data-mine={isMine || undefined}
      data-first={first || undefined}
      data-last={last || undefined}
      data-pending={pending ? true : undefined}
      onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => {
        setFocused(true);
        onStop(shown.id);
      }}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      onKeyDown={onKeyDown}
    >
      {!isMine && !isDirect && <div className="message-avatar">{last && <Avatar user={sender} size="small" />}</div>}
      <div className="message-body">
        <Bubble shown={shown} isNamed={first && !isMine && !isDirect} isMine={isMine} />
        {isDone && <Reactions message={stored} />}
        {isDone && (isPointed || isFocused) && (
          <MessageActions message={stored} isMine={isMine} onDelete={() => setDeleting(true)} />
        )}
      </div>
      {pending?.problem && <UnsentNote pending={pending} />}
      {isDeleting && isDone && (
        <ConfirmDialog
          title="Delete this message?"
          text="It is deleted for everyone in the conversation."
          action="Delete"
          onConfirm={() => chat.remove(stored.id)}
          onClose={() => setDeleting(false)}
        />
      )}
    </article>
  );
});

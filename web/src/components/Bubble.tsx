import { isFewEmoji } from '../links';
import type { ShownMessage } from '../state/rows';
import { momentOf, timeOf } from '../time';
import { toneOf } from './Avatar';
import { Icon } from './Icon';
import { MessageText } from './MessageText';
import { Quote } from './Quote';

interface Props {
  shown: ShownMessage;
  isNamed: boolean;
  isMine: boolean;
}

/** What was said, by whom and when. */
export function Bubble({ shown, isNamed, isMine }: Props) {
  const { stored, sender, text, createdAt } = shown;
  const isDeleted = stored?.deletedAt != null;
  return (
    <div className="bubble" data-deleted={isDeleted || undefined} data-emoji={isFewEmoji(text) || undefined}>
      {isNamed && (
        <div className="bubble-sender" data-tone={toneOf(sender.id)} dir="auto">
          {sender.displayName}
        </div>
      )}
      {shown.replyTo && !isDeleted && <Quote quoted={shown.replyTo} />}
      <div className="bubble-line" dir="auto">
        {isDeleted ? (
          <p className="bubble-text">
            <Icon name="trash" /> Message deleted
          </p>
        ) : (
          <MessageText text={text} />
        )}
        <span className="bubble-meta">
          {stored?.pinnedAt && (
            <span className="send-state" role="img" aria-label="Pinned" title="Pinned">
              <Icon name="pin" />
            </span>
          )}
          {stored?.editedAt && !isDeleted && <span title={momentOf(stored.editedAt)}>(edited)</span>}
          <time dateTime={createdAt} title={momentOf(createdAt)}>
            {timeOf(createdAt)}
          </time>
          {isMine && <SendState shown={shown} />}
        </span>
      </div>
    </div>
  );
}

function SendState({ shown }: { shown: ShownMessage }) {
  const [name, words] = !shown.pending
    ? (['check', 'Sent'] as const)
    : shown.pending.problem
      ? (['alert', 'Not sent'] as const)
      : (['clock', 'Sending'] as const);
  return (
    <span className="send-state" role="img" aria-label={words} title={words}>
      <Icon name={name} />
    </span>
  );
}

import { useCallback, useEffect, useState } from 'react';
import { useChat, useGroup } from '../chat/current';
import { nameOf } from '../state/groups';
import { Composer } from './Composer';
import { ConversationHead } from './ConversationHead';
import { Details } from './Details';
import { JumpButton } from './JumpButton';
import { MessageList } from './MessageList';
import { PinnedBar } from './PinnedBar';
import { TypingLine } from './TypingLine';

/** A conversation: its messages, what is being typed, and the people in it. */
export function Conversation({ groupId }: { groupId: string }) {
  const chat = useChat();
  const entry = useGroup(groupId);
  const [hasDetails, setDetails] = useState(false);
  const [isAtEnd, setAtEnd] = useState(true);

  useEffect(() => {
    chat.open(groupId);
    return () => {
      chat.reading.atEnd(false);
      chat.close(groupId);
    };
  }, [chat, groupId]);

  const tellEnd = useCallback(
    (isEnd: boolean) => {
      chat.reading.atEnd(isEnd);
      setAtEnd(isEnd);
    },
    [chat],
  );

  if (!entry) return null;
  const { group } = entry;
  return (
    <div className="conversation">
      <section className="screen" aria-label={`Conversation ${nameOf(group)}`}>
        <ConversationHead group={group} hasDetails={hasDetails} onDetails={() => setDetails(!hasDetails)} />
        <PinnedBar entry={entry} />
        <div className="talk">
          <MessageList entry={entry} onEnd={tellEnd} />
          {entry.window && !isAtEnd && (
            <JumpButton unread={group.membership.unread} onJump={() => chat.history.toEnd(groupId)} />
          )}
        </div>
        <TypingLine groupId={groupId} />
        <Composer entry={entry} />
      </section>
      {hasDetails && <Details entry={entry} onClose={() => setDetails(false)} />}
    </div>
  );
}

import { useState } from 'react';
import type { Message } from '../../../src/changes/contract';
import { useChat } from '../chat/current';
import { type GroupEntry, mayPin } from '../state/model';
import { toast } from '../toasts';
import { Icon } from './Icon';

/** What is pinned in a conversation: the newest pin in a line, and all of them on demand. A click goes there. */
export function PinnedBar({ entry }: { entry: GroupEntry }) {
  const chat = useChat();
  const [isListed, setListed] = useState(false);
  const { group, pins } = entry;
  const newest = pins?.[0];
  if (!pins || !newest) return null;
  const goTo = ({ seq }: Message) => {
    setListed(false);
    chat.history.toMessage(group.id, seq);
  };
  return (
    <section className="pinned" aria-label="Pinned messages">
      <div className="pinned-line">
        <Icon name="pin" />
        <Pinned message={newest} onClick={() => goTo(newest)} />
        <button
          type="button"
          className="button pinned-all"
          aria-expanded={isListed}
          onClick={() => setListed(!isListed)}
        >
          {isListed ? 'Close' : pins.length === 1 ? '1 pin' : `${pins.length} pins`}
        </button>
      </div>
      {isListed && (
        <ul className="pinned-list">
          {pins.map((message) => (
            <li key={message.id}>
              <Pinned message={message} onClick={() => goTo(message)} />
              {mayPin(group) && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Unpin the message of ${message.sender.displayName}`}
                  title="Unpin"
                  onClick={() => void chat.marks.pin(message.id, false).catch(toast.error)}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Pinned({ message, onClick }: { message: Message; onClick: () => void }) {
  const { sender, text } = message;
  return (
    <button
      type="button"
      className="pinned-message"
      aria-label={`Go to the pinned message of ${sender.displayName}: ${text}`}
      onClick={onClick}
    >
      <span className="pinned-sender" dir="auto">
        {sender.displayName}
      </span>
      <span className="pinned-text" dir="auto">
        {text}
      </span>
    </button>
  );
}

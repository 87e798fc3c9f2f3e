import type { QuotedMessage } from '../../../src/changes/contract';
import { useChat, useChatState } from '../chat/current';
import { toneOf } from './Avatar';

/** The message that is answered; a click goes to it. */
export function Quote({ quoted }: { quoted: QuotedMessage }) {
  const chat = useChat();
  const openId = useChatState((state) => state.openId);
  const { sender, excerpt } = quoted;
  return (
    <button
      type="button"
      className="quote"
      data-tone={toneOf(sender.id)}
      aria-label={`Go to the quoted message of ${sender.displayName}`}
      onClick={() => openId !== null && chat.history.toMessage(openId, quoted.seq)}
    >
      <span className="quote-sender" dir="auto">
        {sender.displayName}
      </span>
      <span className="quote-text" dir="auto">
        {excerpt || 'Message deleted'}
      </span>
    </button>
  );
}

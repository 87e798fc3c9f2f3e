import { useChat } from '../chat/current';
import type { PendingMessage } from '../state/model';
import { Icon } from './Icon';

/** A message was refused: why, and what to do about it. */
export function UnsentNote({ pending }: { pending: PendingMessage }) {
  const { outbox } = useChat();
  return (
    <div className="unsent" role="alert">
      <Icon name="alert" />
      <span>Not sent. {pending.problem}</span>
      <button type="button" className="link-button" onClick={() => outbox.retry(pending)}>
        Retry
      </button>
      <button type="button" className="link-button" onClick={() => outbox.discard(pending.id)}>
        Discard
      </button>
    </div>
  );
}

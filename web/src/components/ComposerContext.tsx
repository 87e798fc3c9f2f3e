import type { Composing } from '../state/model';
import { Icon } from './Icon';

/** What is being answered or changed, above the text. */
export function ComposerContext({ composing, onCancel }: { composing: Composing; onCancel: () => void }) {
  const { kind, message } = composing;
  const isReply = kind === 'reply';
  return (
    <div className="composer-context">
      <Icon name={isReply ? 'reply' : 'edit'} />
      <div className="composer-context-words">
        <strong dir="auto">{isReply ? `Reply to ${message.sender.displayName}` : 'Edit message'}</strong>
        <span dir="auto">{message.text}</span>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={isReply ? 'Cancel reply' : 'Cancel edit'}
        title="Cancel (Escape)"
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

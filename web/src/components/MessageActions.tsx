import type { Message } from '../../../src/changes/contract';
import { useChat, useGroup } from '../chat/current';
import { copyText } from '../copy';
import { mayPin } from '../state/model';
import { toast } from '../toasts';
import { Icon, type IconName } from './Icon';
import { ReactionPicker } from './ReactionPicker';

interface Props {
  message: Message;
  isMine: boolean;
  onDelete: () => void;
}

/** What can be done with a message. */
export function MessageActions({ message, isMine, onDelete }: Props) {
  const chat = useChat();
  const { id, groupId, pinnedAt } = message;
  const group = useGroup(groupId)?.group;
  return (
    <div className="actions" role="toolbar" aria-label="Message actions">
      <ReactionPicker message={message} />
      <Action
        name="reply"
        label="Reply"
        shortcut="R"
        onClick={() => chat.compose(groupId, { kind: 'reply', message })}
      />
      <Action name="copy" label="Copy text" onClick={() => void copyText(message.text, 'Text')} />
      {group && mayPin(group) && (
        <Action
          name="pin"
          label={pinnedAt ? 'Unpin' : 'Pin'}
          onClick={() => void chat.marks.pin(id, !pinnedAt).catch(toast.error)}
        />
      )}
      {isMine && (
        <>
          <Action
            name="edit"
            label="Edit"
            shortcut="E"
            onClick={() => chat.compose(groupId, { kind: 'edit', message })}
          />
          <Action name="trash" label="Delete" shortcut="Delete" onClick={onDelete} />
        </>
      )}
    </div>
  );
}

interface ActionProps {
  name: IconName;
  label: string;
  shortcut?: string;
  onClick: () => void;
}

function Action({ name, label, shortcut, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut})` : label}
      onClick={onClick}
    >
      <Icon name={name} />
    </button>
  );
}

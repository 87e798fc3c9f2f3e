import { type KeyboardEvent, useCallback, useMemo, useState } from 'react';
import { useChat, useChatState } from '../chat/current';
import { nameOf } from '../state/groups';
import type { GroupEntry } from '../state/model';
import { rowsOf } from '../state/rows';
import { dayOf, useNow } from '../time';
import { Beginning } from './Beginning';
import { LoadMark } from './LoadMark';
import { MessageRow } from './MessageRow';
import { MessageScroller } from './MessageScroller';

interface Props {
  entry: GroupEntry;
  onEnd: (isAtEnd: boolean) => void;
}

/** The messages of a conversation, as far as they are in memory. */
export function MessageList({ entry, onEnd }: Props) {
  const chat = useChat();
  const me = useChatState((state) => state.me);
  const outbox = useChatState((state) => state.outbox);
  const now = useNow();
  const [stop, setStop] = useState<string | null>(null);
  const { group, window, newAfter, failed } = entry;

  const rows = useMemo(() => {
    if (!window) return [];
    const pending = window.hasNewer ? [] : outbox.filter(({ groupId }) => groupId === group.id);
    return rowsOf(window.messages, pending, me, newAfter);
  }, [window, outbox, me, newAfter, group.id]);
  const older = useCallback(() => void (failed ?? chat.history.older(group.id)), [chat, group.id, failed]);
  const newer = useCallback(() => void (failed ?? chat.history.newer(group.id)), [chat, group.id, failed]);
  const retry = useCallback(() => chat.history.retry(group.id), [chat, group.id]);

  if (!window) {
    return (
      <div className="messages">
        <LoadMark isFailed={failed === 'window'} onRetry={retry} />
      </div>
    );
  }
  const messages = rows.filter((row) => row.kind === 'message');
  // One message is where the Tab key stops; the arrow keys go on from there.
  const stopId = messages.some(({ key }) => key === stop) ? stop : messages.at(-1)?.key;
  return (
    <MessageScroller
      label={`Messages in ${nameOf(group)}`}
      jump={entry.jump}
      hasOlder={window.hasOlder}
      hasNewer={window.hasNewer}
      isBusy={entry.loading !== null}
      onNearStart={older}
      onNearEnd={newer}
      onEnd={onEnd}
      onKeyDown={moveFocus}
    >
      {window.hasOlder ? <LoadMark isFailed={failed === 'older'} onRetry={retry} /> : <Beginning group={group} />}
      {rows.map((row) => {
        if (row.kind === 'day') {
          return (
            <div key={row.key} className="day">
              <span>{dayOf(row.at, now)}</span>
            </div>
          );
        }
        if (row.kind === 'new') {
          return (
            <div key={row.key} className="new-line" data-new>
              <span>New messages</span>
            </div>
          );
        }
        return (
          <MessageRow
            key={row.key}
            shown={row.shown}
            first={row.first}
            last={row.last}
            isMine={row.shown.sender.id === me.id}
            isDirect={group.kind === 'direct'}
            isStop={row.key === stopId}
            onStop={setStop}
          />
        );
      })}
      {window.hasNewer && <LoadMark isFailed={failed === 'newer'} onRetry={retry} />}
    </MessageScroller>
  );
}

/** From message to message by the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  if (at === -1) return;
  const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
  const next = target === undefined ? undefined : rows[target];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

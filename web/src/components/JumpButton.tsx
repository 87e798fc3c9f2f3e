import { Icon } from './Icon';

/** Goes to the newest message; tells how many new ones there are. */
export function JumpButton({ unread, onJump }: { unread: number; onJump: () => void }) {
  const words = unread === 0 ? '' : unread === 1 ? ', 1 new message' : `, ${unread} new messages`;
  return (
    <button type="button" className="jump" aria-label={`Jump to newest${words}`} onClick={onJump}>
      {unread > 0 && (
        <span className="badge" aria-hidden="true">
          {unread > 99 ? '99+' : unread}
        </span>
      )}
      <Icon name="chevron" />
    </button>
  );
}

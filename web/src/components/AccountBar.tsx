import { useState } from 'react';
import { useChatState } from '../chat/current';
import { logOut } from '../chat/log-out';
import { chooseTheme, useIsDark } from '../theme';
import { toast } from '../toasts';
import { Avatar } from './Avatar';
import { ConfirmDialog } from './ConfirmDialog';
import { Icon } from './Icon';
import { SettingsDialog } from './SettingsDialog';

/** Me, and what is about this browser. */
export function AccountBar() {
  const me = useChatState((state) => state.me);
  const unsent = useChatState((state) => state.outbox.length);
  const isDark = useIsDark();
  const [dialog, setDialog] = useState<'settings' | 'leave' | null>(null);
  return (
    <footer className="account">
      <button type="button" className="account-me" aria-label="Your profile" onClick={() => setDialog('settings')}>
        <Avatar user={me} size="small" />
        <span className="account-words">
          <span className="account-name" dir="auto">
            {me.displayName}
          </span>
          <span className="account-username">@{me.username}</span>
        </span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={isDark ? 'Light theme' : 'Dark theme'}
        title={isDark ? 'Light theme' : 'Dark theme'}
        onClick={() => chooseTheme(isDark ? 'light' : 'dark')}
      >
        <Icon name={isDark ? 'sun' : 'moon'} />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Log out"
        title="Log out"
        onClick={() => (unsent > 0 ? setDialog('leave') : void logOut().catch(toast.error))}
      >
        <Icon name="leave" />
      </button>
      {dialog === 'settings' && <SettingsDialog onClose={() => setDialog(null)} />}
      {dialog === 'leave' && (
        <ConfirmDialog
          title="Log out?"
          text={`${unsent === 1 ? 'A message has' : `${unsent} messages have`} not been sent yet and would be lost.`}
          action="Log out"
          onConfirm={logOut}
          onClose={() => setDialog(null)}
        />
      )}
    </footer>
  );
}

import { useChat, useChatState } from '../chat/current';
import { type Theme, chooseTheme, useTheme } from '../theme';
import { toast } from '../toasts';
import { useForm } from '../use-form';
import { useWaysIn } from '../use-ways-in';
import { ChangePasswordForm } from './ChangePasswordForm';
import { Dialog } from './Dialog';
import { EmailForm } from './EmailForm';
import { Field } from './Field';
import { FormError } from './FormError';
import { GoogleLink } from './GoogleLink';
import { SessionList } from './SessionList';

const THEMES: { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'System' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
];

/** What others see of me, and how the page looks. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const me = useChatState((state) => state.me);
  const chosen = useTheme();
  const ways = useWaysIn();
  const form = useForm(['displayName'], async ({ displayName = '' }) => {
    await chat.updateMe({ displayName });
    toast.info('Profile saved.');
    onClose();
  });
  return (
    <Dialog title="Your profile" onClose={onClose}>
      <form className="form" noValidate onSubmit={form.onSubmit}>
        <FormError text={form.error} />
        <Field
          label="Your name"
          name="displayName"
          defaultValue={me.displayName}
          autoComplete="name"
          hint={`People find you as @${me.username}`}
          error={form.errorOf('displayName')}
        />
        <fieldset className="choices" data-kind="segments">
          <legend>Theme</legend>
          {THEMES.map(({ theme, label }) => (
            <label key={theme} className="choice">
              <input type="radio" name="theme" checked={chosen === theme} onChange={() => chooseTheme(theme)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary" disabled={form.isBusy}>
            Save
          </button>
        </footer>
      </form>
      <div className="dialog-sections">
        <EmailForm />
        {ways.passwordLogin && <ChangePasswordForm />}
        <GoogleLink />
        <SessionList />
      </div>
    </Dialog>
  );
}

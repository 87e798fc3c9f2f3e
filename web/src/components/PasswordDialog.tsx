import { useForm } from '../use-form';
import { Dialog } from './Dialog';
import { Field } from './Field';
import { FormError } from './FormError';

interface Props {
  title: string;
  text: string;
  action: string;
  /** `password` is undefined where none was typed: an account that logs in with Google may have none. */
  onConfirm: (password: string | undefined) => Promise<void>;
  onClose: () => void;
}

/** Asks for the password before a change of the login. */
export function PasswordDialog({ title, text, action, onConfirm, onClose }: Props) {
  const form = useForm(['password'], async ({ password }) => {
    await onConfirm(password || undefined);
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" noValidate onSubmit={form.onSubmit}>
        <p className="dialog-text">{text}</p>
        <FormError text={form.error} />
        <Field
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          data-autofocus
          hint="Leave it empty if your account has none."
          error={form.errorOf('password')}
        />
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary" disabled={form.isBusy}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

import { api } from '../api';
import { go, HOME, type LinkRoute } from '../router';
import { session } from '../session';
import { toast } from '../toasts';
import { useForm } from '../use-form';
import { AuthPicture } from './AuthPicture';
import { Field } from './Field';
import { FormError } from './FormError';
import { Mark } from './Icon';

/** Where the link of a letter leads. It is used by a click, so that a program which looks at links does not use it up. */
export function LinkScreen({ link }: { link: LinkRoute }) {
  return (
    <main className="auth">
      <AuthPicture />
      <section className="auth-side">
        <div className="auth-box">
          <div className="auth-brand">
            <Mark />
            <span>Messendger</span>
          </div>
          {link.name === 'reset' ? <ResetForm token={link.token} /> : <VerifyForm token={link.token} />}
          <p className="auth-switch">
            <a href={HOME}>Not now</a>
          </p>
        </div>
      </section>
    </main>
  );
}

function ResetForm({ token }: { token: string }) {
  const form = useForm(['newPassword'], async ({ newPassword = '' }) => {
    await api.resetPassword({ token, newPassword });
    session.end();
    toast.info('Your new password is set. Log in with it.');
    go(HOME);
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <h1>Choose a new password</h1>
      <FormError text={form.error} />
      <Field
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        autoFocus
        required
        hint="At least 8 characters"
        error={form.errorOf('newPassword')}
      />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        Set the password
      </button>
    </form>
  );
}

function VerifyForm({ token }: { token: string }) {
  const form = useForm([], async () => {
    await api.verifyEmail({ token });
    const user = session.get()?.user;
    if (user) session.update({ ...user, emailVerified: true });
    toast.info('Your email address is confirmed.');
    go(HOME);
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <h1>Confirm your email address</h1>
      <FormError text={form.error} />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        Confirm
      </button>
    </form>
  );
}

import { useEffect, useState } from 'react';
import { api } from '../api';
import { go, HOME, type LinkRoute } from '../router';
import { session } from '../session';
import { toast } from '../toasts';
import { messageOf } from '../problem';
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

/** The account that the link is for; or why it is not good. */
function useAccountOfLink(token: string): { username?: string; error?: string } {
  const [account, setAccount] = useState<{ username?: string; error?: string }>({});
  useEffect(() => {
    let isCurrent = true;
    api.accountOfLink({ token }).then(
      ({ username }) => isCurrent && setAccount({ username }),
      (error: unknown) => isCurrent && setAccount({ error: messageOf(error) }),
    );
    return () => void (isCurrent = false);
  }, [token]);
  return account;
}

function ResetForm({ token }: { token: string }) {
  const account = useAccountOfLink(token);
  const form = useForm(['newPassword'], async ({ newPassword = '' }) => {
    await api.resetPassword({ token, newPassword });
    session.end();
    toast.info('Your new password is set. Log in with it.');
    go(HOME);
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <h1>Choose a new password</h1>
      {account.username && <p className="auth-lead">For your account @{account.username}.</p>}
      <FormError text={form.error ?? account.error ?? null} />
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
  const account = useAccountOfLink(token);
  const form = useForm([], async () => {
    await api.verifyEmail({ token });
    const user = session.get()?.user;
    if (user?.pendingEmail && user.username === account.username) {
      session.update({ ...user, email: user.pendingEmail, emailVerified: true, pendingEmail: null });
    }
    toast.info('Your email address is confirmed.');
    go(HOME);
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <h1>Confirm your email address</h1>
      {account.username && <p className="auth-lead">It becomes the address of the account @{account.username}.</p>}
      <FormError text={form.error ?? account.error ?? null} />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        Confirm
      </button>
    </form>
  );
}

import { api } from '../api';
import { go, HOME } from '../router';
import { session } from '../session';
import { useForm } from '../use-form';
import { Field } from './Field';
import { FormError } from './FormError';

/** Makes an account; `invite` is of a registration link. */
export function RegisterForm({ invite }: { invite: string | undefined }) {
  const form = useForm(['username', 'displayName', 'email', 'password'], async (texts) => {
    const { username = '', password = '', displayName, email } = texts;
    session.begin(
      await api.register({
        username,
        password,
        ...(displayName?.trim() && { displayName }),
        ...(email?.trim() && { email }),
        ...(invite && { invite }),
      }),
    );
    if (invite) go(HOME);
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <FormError text={form.error} />
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
        hint="3 to 32 letters, digits, dots, dashes or underscores"
        error={form.errorOf('username')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        hint="At least 8 characters"
        error={form.errorOf('password')}
      />
      <Field label="Your name (optional)" name="displayName" autoComplete="name" error={form.errorOf('displayName')} />
      <Field label="Email (optional)" name="email" type="email" autoComplete="email" error={form.errorOf('email')} />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        {form.isBusy ? 'Creating your account…' : 'Create account'}
      </button>
    </form>
  );
}

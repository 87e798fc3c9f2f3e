import { api } from '../api';
import { session } from '../session';
import { useForm } from '../use-form';
import { Field } from './Field';
import { FormError } from './FormError';

export function LogInForm() {
  const form = useForm(['username', 'password'], async ({ username = '', password = '' }) => {
    session.begin(await api.login({ username, password }));
  });
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <FormError text={form.error} />
      <Field
        label="Username or email"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
        error={form.errorOf('username')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={form.errorOf('password')}
      />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        {form.isBusy ? 'Logging in…' : 'Log in'}
      </button>
    </form>
  );
}

import { useState } from 'react';
import { api } from '../api';
import { useForm } from '../use-form';
import { Field } from './Field';
import { FormError } from './FormError';

/** Asks for a link to choose a new password. What it says after is the same for every address, as the server's answer is. */
export function ForgottenForm() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm(['email'], async ({ email = '' }) => {
    await api.forgotten({ email });
    setSentTo(email);
  });
  if (sentTo !== null) {
    return (
      <p className="notice" role="status">
        If {sentTo} is the address of an account, a link is on its way. It is good for an hour.
      </p>
    );
  }
  return (
    <form className="form" noValidate onSubmit={form.onSubmit}>
      <FormError text={form.error} />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        autoFocus
        required
        error={form.errorOf('email')}
      />
      <button type="submit" className="button" data-kind="primary" data-size="large" disabled={form.isBusy}>
        {form.isBusy ? 'Sending…' : 'Send the link'}
      </button>
    </form>
  );
}

import { api } from '../api';
import { toast } from '../toasts';
import { useForm } from '../use-form';
import { Field } from './Field';
import { FormError } from './FormError';

/** Another password for me; it ends my other sessions. */
export function ChangePasswordForm() {
  const form = useForm(['oldPassword', 'newPassword'], async ({ oldPassword, newPassword = '' }) => {
    await api.changePassword({ ...(oldPassword && { oldPassword }), newPassword });
    toast.info('Password changed. You are logged out everywhere else.');
  });
  return (
    <details>
      <summary>Change password</summary>
      <form className="form" noValidate onSubmit={form.onSubmit}>
        <FormError text={form.error} />
        <Field
          label="Password so far"
          name="oldPassword"
          type="password"
          autoComplete="current-password"
          error={form.errorOf('oldPassword')}
        />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters"
          error={form.errorOf('newPassword')}
        />
        <button type="submit" className="button" disabled={form.isBusy}>
          Change password
        </button>
      </form>
    </details>
  );
}

import { useChat, useChatState } from '../chat/current';
import { toast } from '../toasts';
import { useForm } from '../use-form';
import { Field } from './Field';
import { FormError } from './FormError';
import { VerifyNote } from './VerifyNote';

/** Shows and changes my email address. A new one counts once the link that is sent to it is used. */
export function EmailForm() {
  const chat = useChat();
  const { email, pendingEmail } = useChatState((state) => state.me);
  const form = useForm(['email', 'currentPassword'], async ({ email: typed = '', currentPassword }) => {
    const address = typed.trim() || null;
    await chat.updateMe({ email: address, ...(currentPassword && { currentPassword }) });
    if (address === null) toast.info('Your email address is removed.');
    else if (address.toLowerCase() === email) toast.info('Your email address stays as it is.');
    else toast.info(`A link is on its way to ${address}. Your address changes when you use it.`);
  });
  return (
    <section className="email-form" aria-label="Email address">
      <p className="dialog-text">
        {email ? `Your email address is ${email}.` : 'You have no confirmed email address.'}
      </p>
      {pendingEmail && <VerifyNote email={pendingEmail} />}
      <details>
        <summary>Change email address</summary>
        <form className="form" noValidate onSubmit={form.onSubmit}>
          <FormError text={form.error} />
          <Field
            label="New email address"
            name="email"
            type="email"
            defaultValue={email ?? ''}
            autoComplete="email"
            hint="Leave it empty to remove your address."
            error={form.errorOf('email')}
          />
          <Field
            label="Current password"
            name="currentPassword"
            type="password"
            autoComplete="current-password"
            error={form.errorOf('currentPassword')}
          />
          <button type="submit" className="button" disabled={form.isBusy}>
            Change email address
          </button>
        </form>
      </details>
    </section>
  );
}

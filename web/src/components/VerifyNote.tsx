import { api } from '../api';
import { toast } from '../toasts';

/** Says that my address is not confirmed yet, and has another link sent. */
export function VerifyNote({ email }: { email: string }) {
  const send = () =>
    api.requestVerification().then(
      () => toast.info(`A link is on its way to ${email}.`),
      (error: unknown) => toast.error(error),
    );
  return (
    <p className="dialog-text">
      Your email address is not confirmed.{' '}
      <button type="button" className="link-button" onClick={() => void send()}>
        Send a link to confirm it
      </button>
    </p>
  );
}

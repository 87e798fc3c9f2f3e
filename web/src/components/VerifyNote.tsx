import { api } from '../api';
import { toast } from '../toasts';

/** Says that an address waits for its link, and has another link sent. */
export function VerifyNote({ email }: { email: string }) {
  const send = () =>
    api.requestVerification().then(
      () => toast.info(`A link is on its way to ${email}.`),
      (error: unknown) => toast.error(error),
    );
  return (
    <p className="dialog-text">
      {email} is not confirmed yet: use the link that was sent to it.{' '}
      <button type="button" className="link-button" onClick={() => void send()}>
        Send another link
      </button>
    </p>
  );
}

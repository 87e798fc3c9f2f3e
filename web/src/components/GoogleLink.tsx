import { useEffect, useState } from 'react';
import { api } from '../api';
import { leaveForGoogle } from '../google';
import { toast } from '../toasts';
import { PasswordDialog } from './PasswordDialog';

/** Links my account with Google, or unlinks it, where the server has that. */
export function GoogleLink() {
  const [isLinked, setLinked] = useState<boolean | null>(null);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    isLinkedWithGoogle().then(setLinked, toast.error);
  }, []);
  if (isLinked === null) return null;

  const change = async (password: string | undefined) => {
    if (!isLinked) return goAndLink(password);
    await api.unlinkGoogle(password);
    setLinked(false);
    toast.info('Your account is no longer linked with Google.');
  };
  const action = isLinked ? 'Unlink Google' : 'Link Google';
  return (
    <div className="google-link">
      <p>{isLinked ? 'You can log in with Google.' : 'Log in with Google too:'}</p>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {action}
      </button>
      {isAsking && (
        <PasswordDialog
          title={action}
          text="You are logged out everywhere else when this is done."
          action="Continue"
          onConfirm={change}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

/** Null where there is no Google to link with. */
async function isLinkedWithGoogle(): Promise<boolean | null> {
  if (!(await api.providers()).google) return null;
  return (await api.identities()).items.some(({ provider }) => provider === 'google');
}

async function goAndLink(password: string | undefined): Promise<void> {
  const { url } = await api.linkGoogle(password);
  leaveForGoogle();
  location.assign(url);
}

import { useEffect, useState } from 'react';
import { api } from '../api';
import { leaveForGoogle } from '../google';
import { toast } from '../toasts';

/** Links my account with Google, or unlinks it, where the server has that. */
export function GoogleLink() {
  const [isLinked, setLinked] = useState<boolean | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    isLinkedWithGoogle().then(setLinked, toast.error);
  }, []);
  if (isLinked === null) return null;

  const change = async () => {
    setBusy(true);
    try {
      if (!isLinked) return await goAndLink();
      await api.unlinkGoogle();
      setLinked(false);
      toast.info('Your account is no longer linked with Google.');
    } catch (error) {
      toast.error(error);
    }
    setBusy(false);
  };
  return (
    <div className="google-link">
      <p>{isLinked ? 'You can log in with Google.' : 'Log in with Google too:'}</p>
      <button type="button" className="button" disabled={isBusy} onClick={() => void change()}>
        {isLinked ? 'Unlink Google' : 'Link Google'}
      </button>
    </div>
  );
}

/** Null where there is no Google to link with. */
async function isLinkedWithGoogle(): Promise<boolean | null> {
  if (!(await api.providers()).google) return null;
  return (await api.identities()).items.some(({ provider }) => provider === 'google');
}

async function goAndLink(): Promise<void> {
  const { url } = await api.linkGoogle();
  leaveForGoogle();
  location.assign(url);
}

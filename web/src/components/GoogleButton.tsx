import { useEffect, useState } from 'react';
import { api } from '../api';
import { googleNotice, leaveForGoogle } from '../google';
import { useStore } from '../state/store';

/** The other way in, where the server has it; and what came of it. */
export function GoogleButton() {
  const [isThere, setThere] = useState(false);
  const notice = useStore(googleNotice, (text) => text);
  useEffect(() => {
    // Without an answer there is the form still.
    api.providers().then(
      ({ google }) => setThere(google),
      () => undefined,
    );
  }, []);
  return (
    <>
      <div role="alert">{notice && <p className="notice">{notice}</p>}</div>
      {isThere && (
        <a className="button auth-google" data-size="large" href="/auth/google" onClick={leaveForGoogle}>
          Continue with Google
        </a>
      )}
    </>
  );
}

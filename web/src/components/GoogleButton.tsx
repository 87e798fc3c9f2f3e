import { googleNotice, leaveForGoogle } from '../google';
import { useStore } from '../state/store';

/** The other way in, where the server has it; and what came of it. */
export function GoogleButton({ isThere }: { isThere: boolean }) {
  const notice = useStore(googleNotice, (text) => text);
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

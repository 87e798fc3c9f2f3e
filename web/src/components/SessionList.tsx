import { useEffect, useState } from 'react';
import type { SessionInfo } from '../../../src/changes/contract';
import { api } from '../api';
import { agoOf, momentOf, useNow } from '../time';
import { toast } from '../toasts';

/** Where I am logged in, with a way to log out there. */
export function SessionList() {
  const [sessions, setSessions] = useState<SessionInfo[]>([]);
  const others = sessions.filter(({ current }) => !current);

  const load = () => api.sessions().then(({ items }) => setSessions(items));
  useEffect(() => void load().catch(toast.error), []);

  const end = (work: Promise<null>) => void work.then(load).catch(toast.error);

  return (
    <section className="sessions" aria-label="Where you are logged in">
      <h3>Where you are logged in</h3>
      <ul>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end(api.endSession(session.id))} />
        ))}
      </ul>
      {others.length > 1 && (
        <button type="button" className="button" onClick={() => end(api.endOtherSessions())}>
          Log out everywhere else
        </button>
      )}
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: SessionInfo; onEnd: () => void }) {
  const now = useNow();
  const device = session.device ?? 'Unknown device';
  return (
    <li className="session">
      <span className="session-words">
        <span>{device}</span>
        <small title={`Logged in ${momentOf(session.createdAt)}, last used ${momentOf(session.lastUsedAt)}`}>
          {[session.address, session.current ? 'this browser' : agoOf(session.lastUsedAt, now)]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </span>
      {!session.current && (
        <button type="button" className="button" aria-label={`Log out ${device}`} onClick={onEnd}>
          Log out
        </button>
      )}
    </li>
  );
}

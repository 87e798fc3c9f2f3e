import { useEffect, useState } from 'react';
import type { SessionInfo } from '../../../src/changes/contract';
import { api } from '../api';
import { agoOf, momentOf, useNow } from '../time';
import { toast } from '../toasts';
import { PasswordDialog } from './PasswordDialog';

/** Where I am logged in, with a way to log out there. */
export function SessionList() {
  const [sessions, setSessions] = useState<SessionInfo[]>([]);
  /** What is to be ended once the password is there: a session, or all but this one. */
  const [asked, setAsked] = useState<SessionInfo | 'others' | null>(null);
  const others = sessions.filter(({ current }) => !current);

  const load = () => api.sessions().then(({ items }) => setSessions(items));
  useEffect(() => void load().catch(toast.error), []);

  const end = async (password: string | undefined) => {
    await (asked === 'others' ? api.endOtherSessions(password) : api.endSession(asked!.id, password));
    await load();
  };

  return (
    <section className="sessions" aria-label="Where you are logged in">
      <h3>Where you are logged in</h3>
      <ul>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => setAsked(session)} />
        ))}
      </ul>
      {others.length > 1 && (
        <button type="button" className="button" onClick={() => setAsked('others')}>
          Log out everywhere else
        </button>
      )}
      {asked && (
        <PasswordDialog
          title="Log out elsewhere"
          text={asked === 'others' ? 'Everywhere but in this browser.' : `On ${nameOf(asked)}.`}
          action="Continue"
          onConfirm={end}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

const nameOf = ({ device }: SessionInfo): string => device ?? 'Unknown device';

function SessionRow({ session, onEnd }: { session: SessionInfo; onEnd: () => void }) {
  const now = useNow();
  const device = nameOf(session);
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

import type { ReactNode } from 'react';
import { api } from '../api';
import { useChatState } from '../chat/current';
import { useStartDirect } from '../chat/use-start-direct';
import { groupPath } from '../router';
import { nameOf } from '../state/groups';
import { useSearch } from '../use-search';
import { Avatar, GroupAvatar } from './Avatar';
import { moveFocus } from './GroupList';

const findPeople = async (query: string, signal: AbortSignal) => (await api.findUsers(query, signal)).items;
const findGroups = async (query: string, signal: AbortSignal) => (await api.publicGroups(query, null, signal)).items;

/** What a search finds: my conversations at once, then people and public groups. */
export function SearchResults({ query, onDone }: { query: string; onDone: () => void }) {
  const groups = useChatState((state) => state.groups);
  const me = useChatState((state) => state.me.id);
  const people = useSearch(query, findPeople)?.filter(({ id }) => id !== me);
  const others = useSearch(query, findGroups)?.filter(({ id }) => !groups[id]);
  const startDirect = useStartDirect();
  const wanted = query.trim().toLowerCase();
  const mine = Object.values(groups).filter(({ group }) => nameOf(group).toLowerCase().includes(wanted));
  const isNothing = mine.length === 0 && people?.length === 0 && others?.length === 0;

  return (
    <nav className="list" aria-label="Search results" onKeyDown={moveFocus}>
      {mine.length > 0 && (
        <Section title="Your conversations">
          {mine.map(({ group }) => (
            <a key={group.id} className="result" href={groupPath(group.id)} onClick={onDone}>
              <GroupAvatar group={group} size="small" />
              <span dir="auto">{nameOf(group)}</span>
            </a>
          ))}
        </Section>
      )}
      {!!people?.length && (
        <Section title="People">
          {people.map((user) => (
            <button
              key={user.id}
              type="button"
              className="result"
              onClick={() => void startDirect(user.id).then((isStarted) => isStarted && onDone())}
            >
              <Avatar user={user} size="small" />
              <span dir="auto">{user.displayName}</span>
              <span className="result-more">@{user.username}</span>
            </button>
          ))}
        </Section>
      )}
      {!!others?.length && (
        <Section title="Public groups">
          {others.map((group) => (
            <a key={group.id} className="result" href={groupPath(group.id)} onClick={onDone}>
              <GroupAvatar group={group} size="small" />
              <span dir="auto">{nameOf(group)}</span>
              <span className="result-more">{group.memberCount}</span>
            </a>
          ))}
        </Section>
      )}
      <p className="list-note" role="status">
        {isNothing ? 'Nothing found. People are found by the beginning of their username.' : ''}
      </p>
    </nav>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="results" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

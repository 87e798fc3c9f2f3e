import { useState } from 'react';
import type { Group } from '../../../src/changes/contract';
import { api } from '../api';
import { useChatState } from '../chat/current';
import { useJoin } from '../chat/use-join';
import { groupPath } from '../router';
import { nameOf } from '../state/groups';
import { toast } from '../toasts';
import { useSearch } from '../use-search';
import { GroupAvatar } from './Avatar';
import { Icon } from './Icon';
import { ScreenHead } from './ScreenHead';

const find = (query: string, signal: AbortSignal) => api.publicGroups(query, null, signal);

/** The public groups, to look around in and to join. */
export function Discover() {
  const [query, setQuery] = useState('');
  const page = useSearch(query, find, true);
  return (
    <section className="screen" aria-labelledby="discover-title">
      <ScreenHead>
        <h1 id="discover-title" className="screen-title">
          Discover groups
        </h1>
      </ScreenHead>
      <div className="screen-body discover">
        <div className="search" role="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Search public groups"
            placeholder="Search public groups"
            autoComplete="off"
            maxLength={100}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        {page && <Found key={`${query} ${page.nextCursor}`} query={query} first={page} />}
      </div>
    </section>
  );
}

interface FoundProps {
  query: string;
  first: { items: Group[]; nextCursor: string | null };
}

function Found({ query, first }: FoundProps) {
  const [more, setMore] = useState<Group[]>([]);
  const [cursor, setCursor] = useState(first.nextCursor);
  const groups = [...first.items, ...more];

  const loadMore = async () => {
    try {
      const page = await api.publicGroups(query.trim(), cursor);
      setMore([...more, ...page.items]);
      setCursor(page.nextCursor);
    } catch (error) {
      toast.error(error);
    }
  };

  if (groups.length === 0) {
    return (
      <p className="empty" role="status">
        {query.trim()
          ? 'No public group has this in its name.'
          : 'There are no public groups yet. Create the first one!'}
      </p>
    );
  }
  return (
    <>
      <ul className="cards">
        {groups.map((group) => (
          <GroupCard key={group.id} group={group} />
        ))}
      </ul>
      {cursor && (
        <button type="button" className="button more" onClick={() => void loadMore()}>
          Show more
        </button>
      )}
    </>
  );
}

function GroupCard({ group }: { group: Group }) {
  const isMine = useChatState((state) => group.id in state.groups);
  const join = useJoin();
  return (
    <li className="card">
      <GroupAvatar group={group} />
      <div className="card-words">
        <h2 dir="auto">
          <a href={groupPath(group.id)}>{nameOf(group)}</a>
        </h2>
        {group.description && <p dir="auto">{group.description}</p>}
        <small>{group.memberCount === 1 ? '1 member' : `${group.memberCount} members`}</small>
      </div>
      {isMine ? (
        <a className="button" href={groupPath(group.id)} aria-label={`Open ${nameOf(group)}`}>
          Open
        </a>
      ) : (
        <button
          type="button"
          className="button"
          data-kind="primary"
          aria-label={`Join ${nameOf(group)}`}
          onClick={() => void join(group.id)}
        >
          Join
        </button>
      )}
    </li>
  );
}

import { useState } from 'react';
import type { UserSummary } from '../../../src/changes/contract';
import { api } from '../api';
import { useSearch } from '../use-search';
import { Avatar } from './Avatar';
import { moveFocus } from './GroupList';
import { Icon } from './Icon';

const findPeople = async (query: string, signal: AbortSignal) => (await api.findUsers(query, signal)).items;

interface Props {
  label: string;
  /** What choosing a person does, in a word. */
  action: string;
  /** Who is not to be chosen. */
  without: (user: UserSummary) => boolean;
  onChoose: (user: UserSummary) => void;
}

/** Finds a person by the beginning of the username. */
export function PeopleSearch({ label, action, without, onChoose }: Props) {
  const [query, setQuery] = useState('');
  const found = useSearch(query, findPeople)?.filter((user) => !without(user));
  return (
    <div className="people-search">
      <div className="search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={label}
          placeholder="Username"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          data-autofocus
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <ul className="people" aria-label="People found" onKeyDown={moveFocus}>
        {found?.map((user) => (
          <li key={user.id}>
            <button type="button" className="result" onClick={() => onChoose(user)}>
              <Avatar user={user} size="small" />
              <span dir="auto">{user.displayName}</span>
              <span className="result-more">@{user.username}</span>
              <span className="result-action">{action}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="list-note" role="status">
        {found?.length === 0 ? 'Nobody to choose has a username that begins like this.' : ''}
      </p>
    </div>
  );
}

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { DISCOVER } from '../router';
import { AccountBar } from './AccountBar';
import { GroupList } from './GroupList';
import { Icon, Mark } from './Icon';
import { NewDirectDialog } from './NewDirectDialog';
import { NewGroupDialog } from './NewGroupDialog';
import { SearchResults } from './SearchResults';

/** My conversations, and the ways to new ones. */
export function Sidebar() {
  const [query, setQuery] = useState('');
  const [dialog, setDialog] = useState<'group' | 'direct' | null>(null);
  const search = useRef<HTMLInputElement>(null);
  useShortcut(search);

  const onKeyDown = (event: KeyboardEvent) => {
    const first = event.currentTarget.closest('aside')?.querySelector<HTMLElement>('.list a, .list button');
    if (event.key === 'Escape') setQuery('');
    else if (event.key === 'ArrowDown') first?.focus();
    else if (event.key === 'Enter' && query.trim()) first?.click();
    else return;
    event.preventDefault();
  };

  return (
    <aside className="sidebar" aria-label="Conversations">
      <header className="sidebar-head">
        <Mark />
        <span className="sidebar-brand">Messendger</span>
        <a className="icon-button" href={DISCOVER} aria-label="Discover groups" title="Discover groups">
          <Icon name="compass" />
        </a>
        <button
          type="button"
          className="icon-button"
          aria-label="New message"
          title="New message"
          onClick={() => setDialog('direct')}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="New group"
          title="New group"
          onClick={() => setDialog('group')}
        >
          <Icon name="plus" />
        </button>
      </header>
      <div className="search" role="search">
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          aria-label="Search groups and people"
          placeholder="Search groups and people"
          aria-keyshortcuts="Control+K Meta+K"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {!query && <kbd aria-hidden="true">{isApple ? '⌘K' : 'Ctrl K'}</kbd>}
      </div>
      {query.trim() ? <SearchResults query={query} onDone={() => setQuery('')} /> : <GroupList />}
      <AccountBar />
      {dialog === 'group' && <NewGroupDialog onClose={() => setDialog(null)} />}
      {dialog === 'direct' && <NewDirectDialog onClose={() => setDialog(null)} />}
    </aside>
  );
}

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Ctrl K, or ⌘K, from anywhere to the search. */
function useShortcut(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const hear = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, [input]);
}

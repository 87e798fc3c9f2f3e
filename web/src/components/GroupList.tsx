import { type KeyboardEvent, useMemo } from 'react';
import { useChatState } from '../chat/current';
import { useRoute } from '../router';
import { activityOf } from '../state/groups';
import { useNow } from '../time';
import { GroupRow } from './GroupRow';

/** My groups, the most recently active first. */
export function GroupList() {
  const groups = useChatState((state) => state.groups);
  const isLoaded = useChatState((state) => state.loaded);
  const route = useRoute();
  const now = useNow();
  const sorted = useMemo(
    () => Object.values(groups).sort((a, b) => activityOf(b.group).localeCompare(activityOf(a.group))),
    [groups],
  );

  if (!isLoaded && sorted.length === 0) return <GroupListSkeleton />;
  if (sorted.length === 0) {
    return (
      <div className="list list-empty">
        <p>Your conversations will be here.</p>
        <p>Start one, or discover a group to join.</p>
      </div>
    );
  }
  return (
    <nav className="list" aria-label="My conversations">
      <ul onKeyDown={moveFocus}>
        {sorted.map((entry) => (
          <GroupRow
            key={entry.group.id}
            entry={entry}
            isCurrent={route.name === 'group' && route.groupId === entry.group.id}
            now={now}
          />
        ))}
      </ul>
    </nav>
  );
}

/** The arrow keys go from row to row. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('a, button')];
  const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function GroupListSkeleton() {
  return (
    <div className="list" role="status" aria-label="Loading your conversations">
      {[0, 1, 2, 3, 4].map((line) => (
        <div key={line} className="group-row skeleton">
          <span className="skeleton-circle" />
          <span className="skeleton-lines" />
        </div>
      ))}
    </div>
  );
}

import type { Group, UserSummary } from '../../../src/changes/contract';
import { useChatState } from '../chat/current';
import { nameOf } from '../state/groups';

const TONES = 8;

/** A tone of the palette for an id: always the same one. */
export function toneOf(id: string): number {
  // FNV-1a: ids that were made one after the other differ in a few digits only.
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % TONES;
}

function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? '?')][0])
    .join('')
    .toUpperCase();
}

interface Size {
  size?: 'small' | 'medium' | 'large';
}

/** The picture of a person, with a dot for whoever is known to be online. */
export function Avatar({ user, size = 'medium', isOnline = false }: Size & { user: UserSummary; isOnline?: boolean }) {
  return (
    <span
      className="avatar"
      data-size={size}
      data-tone={toneOf(user.id)}
      data-online={isOnline || undefined}
      aria-hidden="true"
    >
      {initialsOf(user.displayName)}
    </span>
  );
}

/** The picture of a group; a direct one has that of the other person. */
export function GroupAvatar({ group, size = 'medium' }: Size & { group: Group }) {
  const isOnline = useChatState(({ presence }) => !!group.peer && presence[group.peer.id]?.status === 'online');
  if (group.peer) return <Avatar user={group.peer} size={size} isOnline={isOnline} />;
  return (
    <span className="avatar" data-shape="group" data-size={size} data-tone={toneOf(group.id)} aria-hidden="true">
      {initialsOf(nameOf(group))}
    </span>
  );
}

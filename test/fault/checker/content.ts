import type { SeenMessage } from '../history/entries.js';

/** Everything that can change of a message, as one text. */
export function contentOf({
  text,
  deleted,
  reactions,
  pinned,
}: Pick<SeenMessage, 'text' | 'deleted' | 'reactions' | 'pinned'>): string {
  return `"${text}"${deleted ? ' deleted' : ''}${pinned ? ' pinned' : ''}${reactions ? ` ${reactions}` : ''}`;
}

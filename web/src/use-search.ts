import { useEffect, useState } from 'react';
import { toast } from './toasts';

const PAUSE = 180;

/**
 * What a search finds, as one types. Null while there is no answer yet; a blank query is not searched for unless
 * `allowBlank`. `search` must stay the same function.
 */
export function useSearch<T>(
  query: string,
  search: (query: string, signal: AbortSignal) => Promise<T>,
  allowBlank = false,
): T | null {
  const [found, setFound] = useState<{ query: string; result: T } | null>(null);
  const wanted = query.trim();

  useEffect(() => {
    if (!wanted && !allowBlank) return;
    const stop = new AbortController();
    const timer = setTimeout(
      () => {
        search(wanted, stop.signal).then(
          (result) => setFound({ query: wanted, result }),
          (error: unknown) => stop.signal.aborted || toast.error(error),
        );
      },
      wanted ? PAUSE : 0,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, allowBlank, search]);

  return found && (found.query === wanted || wanted) ? found.result : null;
}

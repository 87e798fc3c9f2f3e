/**
 * What the browser keeps for us. It may refuse (private windows, a full disk, a policy); then things are only forgotten
 * on reload, and nothing else breaks.
 */
const PREFIX = 'messendger.';

/** The text kept under a name, or null. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keeps a text under a name; null forgets it. */
export function keep(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    // Kept in memory only.
  }
}

/** The value kept under a name; null if it is not there or cannot be read. */
export function recallValue(name: string): unknown {
  try {
    return JSON.parse(recall(name) ?? 'null');
  } catch {
    return null;
  }
}

/** The names under which something is kept that begin like this. */
export function namesBeginning(beginning: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX + beginning))
      .map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** Tells when another tab changed what is kept under a name. */
export function onOtherTab(listener: (name: string, text: string | null) => void): () => void {
  const hear = (event: StorageEvent) => {
    if (event.key?.startsWith(PREFIX)) listener(event.key.slice(PREFIX.length), event.newValue);
  };
  window.addEventListener('storage', hear);
  return () => window.removeEventListener('storage', hear);
}

import { useSyncExternalStore } from 'react';
import { keep, recall } from './storage';

/** Light, dark, or as the system is. `public/theme.js` applies what was chosen before the first paint. */
export type Theme = 'light' | 'dark' | 'system';

const listeners = new Set<() => void>();
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme {
  const theme = recall('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  systemDark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    systemDark.removeEventListener('change', listener);
  };
}

/** Chooses a theme, and remembers it. */
export function chooseTheme(theme: Theme): void {
  keep('theme', theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

/** What was chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosen);
}

/** Whether the page is dark right now. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const theme = chosen();
    return theme === 'dark' || (theme === 'system' && systemDark.matches);
  });
}

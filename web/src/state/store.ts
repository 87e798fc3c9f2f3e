import { useSyncExternalStore } from 'react';

/**
 * A value that is replaced by functions and watched by components.
 *
 * Watchers are told once a frame, not once a change: a replay of a thousand changes after a reconnect is a few renders.
 */
export class Store<S> {
  private readonly listeners = new Set<() => void>();
  private scheduled = false;

  constructor(private state: S) {}

  readonly get = (): S => this.state;

  readonly set = (change: (state: S) => S): void => {
    const next = change(this.state);
    if (next === this.state) return;
    this.state = next;
    if (this.scheduled) return;
    this.scheduled = true;
    // A hidden page gets no frames, but its title should still count.
    if (document.hidden) setTimeout(this.tell, 50);
    else requestAnimationFrame(this.tell);
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private readonly tell = (): void => {
    this.scheduled = false;
    for (const listener of this.listeners) listener();
  };
}

/** The part of a store that a component shows. `select` must give the same value for the same state. */
export function useStore<S, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

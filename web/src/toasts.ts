import { messageOf } from './problem';
import { Store } from './state/store';

/** A short word at the edge of the screen. */
export interface Toast {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

const SHOW_FOR = 6_000;
const MOST = 4;

export const toasts = new Store<Toast[]>([]);
let lastId = 0;

function show(kind: Toast['kind'], text: string): void {
  const id = (lastId += 1);
  toasts.set((shown) => [...shown.filter((other) => other.text !== text), { id, kind, text }].slice(-MOST));
  setTimeout(() => toast.dismiss(id), SHOW_FOR);
}

export const toast = {
  info: (text: string): void => show('info', text),
  /** Tells what went wrong. */
  error: (error: unknown): void => show('error', messageOf(error)),
  dismiss: (id: number): void => toasts.set((shown) => shown.filter((other) => other.id !== id)),
};

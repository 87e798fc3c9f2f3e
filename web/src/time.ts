import { useSyncExternalStore } from 'react';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const fullDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** The time of day: 14:32. */
export const timeOf = (at: string): string => clock.format(new Date(at));

/** Day and time in full, to say exactly. */
export const momentOf = (at: string): string => moment.format(new Date(at));

/** The date: 22 November 2026. */
export const dateOf = (at: string): string => fullDay.format(new Date(at));

/** How long ago, short: now, 5 min, 14:32, Mon, 3 Mar. */
export function agoOf(at: string, now: number): string {
  const time = Date.parse(at);
  if (now - time < MINUTE) return 'now';
  if (now - time < 60 * MINUTE) return `${Math.floor((now - time) / MINUTE)} min`;
  const days = daysBetween(time, now);
  if (days === 0) return timeOf(at);
  return days < 7 ? shortWeekday.format(time) : dayAndMonth.format(time);
}

/** How long ago, in a sentence: just now, 5 min ago, at 14:32, on Mon, on 3 Mar. */
export function momentAgo(at: string, now: number): string {
  const time = Date.parse(at);
  if (now - time < MINUTE) return 'just now';
  if (now - time < 60 * MINUTE) return `${agoOf(at, now)} ago`;
  return daysBetween(time, now) === 0 ? `at ${timeOf(at)}` : `on ${agoOf(at, now)}`;
}

/** A day as a heading: Today, Yesterday, Monday, Monday 3 March, 3 March 2025. */
export function dayOf(at: string, now: number): string {
  const time = Date.parse(at);
  const days = daysBetween(time, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(time);
  return new Date(time).getFullYear() === new Date(now).getFullYear() ? longDay.format(time) : fullDay.format(time);
}

function daysBetween(from: number, to: number): number {
  return Math.round((new Date(to).setHours(0, 0, 0, 0) - new Date(from).setHours(0, 0, 0, 0)) / DAY);
}

let now = Date.now();

function subscribe(listener: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, MINUTE / 2);
  return () => clearInterval(timer);
}

/** The present, to half a minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

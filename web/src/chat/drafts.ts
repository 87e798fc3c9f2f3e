import { keep, namesBeginning, recall } from '../storage';

const nameOf = (userId: string, groupId: string) => `draft.${userId}.${groupId}`;

/** What was typed in a group and not sent. */
export function draftOf(userId: string, groupId: string): string {
  return recall(nameOf(userId, groupId)) ?? '';
}

export function keepDraft(userId: string, groupId: string, text: string): void {
  keep(nameOf(userId, groupId), text || null);
}

export function forgetDraft(userId: string, groupId: string): void {
  keep(nameOf(userId, groupId), null);
}

/** Throws all drafts away, as one does on logging out. */
export function clearDrafts(userId: string): void {
  for (const name of namesBeginning(nameOf(userId, ''))) keep(name, null);
}

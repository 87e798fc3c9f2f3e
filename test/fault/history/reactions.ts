import type { ReactionSummary } from '../../../src/changes/contract.js';

/** A message's reactions as the history keeps them, each emoji with the ids of those who used it. */
export function writeReactions(reactions: ReactionSummary[] | null): string {
  return (reactions ?? []).map(({ emoji, userIds, count }) => `${emoji}${count}:${userIds.join('+')}`).join(' ');
}

/** Whether they say that the user reacted with the emoji. */
export function hasReaction(reactions: string, emoji: string, userId: string): boolean {
  return reactions.split(' ').some((one) => one.startsWith(emoji) && one.includes(userId));
}

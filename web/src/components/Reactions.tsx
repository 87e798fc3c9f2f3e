import { useEffect, useState } from 'react';
import type { Message, ReactionSummary } from '../../../src/changes/contract';
import { api } from '../api';
import { useChat, useChatState } from '../chat/current';
import { toast } from '../toasts';

/** The reactions to a message; a click on one adds mine or takes it back. */
export function Reactions({ message }: { message: Message }) {
  const chat = useChat();
  const me = useChatState((state) => state.me.id);
  const people = useChatState((state) => state.people);
  const [unnamed, setUnnamed] = useState<readonly string[]>([]);
  const { id, reactions } = message;
  const mayBeUnnamed = reactions.some((reaction) => reaction.count > reaction.userIds.length);

  useEffect(() => {
    if (!mayBeUnnamed) return;
    let isHere = true;
    api.reactionsOf(id, me).then(
      ({ items }) => isHere && setUnnamed(items.map(({ emoji }) => emoji)),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [id, me, mayBeUnnamed]);

  if (reactions.length === 0) return null;
  const isMine = ({ emoji, count, userIds }: ReactionSummary) =>
    userIds.includes(me) || (count > userIds.length && unnamed.includes(emoji));
  const toggle = (emoji: string, isOn: boolean) => {
    chat.marks
      .react(id, emoji, isOn)
      .then(
        () => setUnnamed((before) => (isOn ? [...before, emoji] : before.filter((other) => other !== emoji))),
        toast.error,
      );
  };
  return (
    <div className="reactions" role="group" aria-label="Reactions">
      {reactions.map((reaction) => {
        const mine = isMine(reaction);
        const names = namesOf(reaction, mine, me, (userId) => people[userId]?.displayName);
        return (
          <button
            key={reaction.emoji}
            type="button"
            className="reaction"
            aria-pressed={mine}
            aria-label={`${reaction.emoji} ${reaction.count}: ${names}`}
            title={names}
            onClick={() => toggle(reaction.emoji, !mine)}
          >
            <span className="reaction-emoji">{reaction.emoji}</span>
            <span className="reaction-count">{reaction.count}</span>
          </button>
        );
      })}
    </div>
  );
}

/** Who reacted, in words: me first, then whom the page has met, then how many others. */
function namesOf(
  { count, userIds }: ReactionSummary,
  mine: boolean,
  me: string,
  nameOf: (userId: string) => string | undefined,
): string {
  const met = userIds.filter((userId) => userId !== me).flatMap((userId) => nameOf(userId) ?? []);
  const names = [...(mine ? ['You'] : []), ...met].slice(0, 6);
  const others = count - names.length;
  if (others > 0) names.push(others === 1 ? '1 other' : `${others} others`);
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

import { useChatState } from '../chat/current';

const NOBODY = {};

/** Who is typing. It keeps its place when nobody is, so that nothing moves. */
export function TypingLine({ groupId }: { groupId: string }) {
  const typing = useChatState((state) => state.typing[groupId] ?? NOBODY);
  const people = useChatState((state) => state.people);
  const names = Object.keys(typing).map((id) => people[id]?.displayName ?? 'Someone');
  return (
    <div className="typing">
      {names.length > 0 && (
        <p>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {sentenceOf(names)}
        </p>
      )}
    </div>
  );
}

function sentenceOf(names: string[]): string {
  if (names.length === 1) return `${names[0]} is typing…`;
  return names.length === 2 ? `${names[0]} and ${names[1]} are typing…` : 'Several people are typing…';
}

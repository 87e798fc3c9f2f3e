/** What a conversation here looks like, beside the door. */
const LINES = [
  { tone: 2, initials: 'MK', text: 'Release notes are ready. Anyone want a last look?', side: 'theirs' },
  { tone: 5, initials: 'JO', text: 'Reading them now 👀', side: 'theirs' },
  { tone: 0, initials: '', text: 'Two typos fixed. Ship it!', side: 'mine' },
  { tone: 2, initials: 'MK', text: 'Shipped 🚀', side: 'theirs' },
] as const;

export function AuthPicture() {
  return (
    <aside className="auth-picture" aria-hidden="true">
      <div className="auth-picture-talk">
        {LINES.map(({ tone, initials, text, side }) => (
          <div key={text} className="auth-picture-line" data-side={side}>
            {initials && (
              <span className="avatar" data-size="medium" data-tone={tone}>
                {initials}
              </span>
            )}
            <p>{text}</p>
          </div>
        ))}
      </div>
      <p className="auth-picture-words">Conversations that stay yours.</p>
      <p className="auth-picture-more">
        Every message arrives once and in order, even after the train leaves the tunnel.
      </p>
    </aside>
  );
}

import { memo } from 'react';
import { partsOf } from '../links';

/** The words of a message. They are only ever text; addresses become links of our own making. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return (
    <p className="bubble-text">
      {partsOf(text).map((part, index) =>
        part.href === null ? (
          part.text
        ) : (
          // A direction of its own: what surrounds it cannot have it read backwards.
          <a key={index} dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
});

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from './Icon';

const LONGEST = 4_000;
const COUNT_FROM = LONGEST - 300;

/** With nothing but fingers, Enter makes a line, and the button sends. */
const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)');

interface Props {
  label: string;
  initialText: string;
  isEdit: boolean;
  /** When this changes to something, the text gets the focus. */
  focusOn: string | null;
  onText: (text: string) => void;
  onSubmit: (text: string) => void;
  onCancel: (() => void) | null;
  onEditLast: () => void;
}

/** The text and the button. The text grows with its lines, up to a limit. */
export function ComposerBox({ label, initialText, isEdit, focusOn, onText, onSubmit, onCancel, onEditLast }: Props) {
  const [text, setText] = useState(initialText);
  const area = useRef<HTMLTextAreaElement>(null);
  const length = [...text.trim()].length;
  const canSend = length > 0 && length <= LONGEST;

  useEffect(() => {
    const text = area.current;
    if (!text || (focusOn === null && !hasKeyboard.matches)) return;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }, [focusOn]);

  const put = (next: string) => {
    setText(next);
    onText(next);
  };
  const submit = () => {
    if (!canSend) return;
    onSubmit(text.trim());
    if (!isEdit) put('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && hasKeyboard.matches) submit();
    else if (event.key === 'Escape' && onCancel) onCancel();
    else if (event.key === 'ArrowUp' && text === '' && !isEdit) onEditLast();
    else return;
    event.preventDefault();
  };

  return (
    <div className="composer-row">
      {/* The copy behind gives the text its height. */}
      <div className="composer-text" data-copy={text}>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={(event) => put(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {length > COUNT_FROM && (
        <span className="composer-count" data-over={length > LONGEST || undefined} role="status">
          {LONGEST - length}
          <span className="visually-hidden"> characters left</span>
        </span>
      )}
      <button
        type="button"
        className="send"
        aria-label={isEdit ? 'Save' : 'Send'}
        disabled={!canSend}
        // The text keeps the focus, and a phone its keyboard.
        onPointerDown={(event) => event.preventDefault()}
        onClick={submit}
      >
        <Icon name={isEdit ? 'check' : 'send'} />
      </button>
    </div>
  );
}

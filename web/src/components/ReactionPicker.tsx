import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Message } from '../../../src/changes/contract';
import { useChat, useChatState } from '../chat/current';
import { toast } from '../toasts';
import { Icon } from './Icon';

const COMMON = [
  ['👍', 'Thumbs up'],
  ['❤️', 'Heart'],
  ['😂', 'Laughing'],
  ['🎉', 'Party'],
  ['😮', 'Surprised'],
  ['😢', 'Sad'],
  ['🙏', 'Thanks'],
  ['👀', 'Looking'],
  ['🔥', 'Fire'],
  ['✅', 'Done'],
] as const;

const GAP = 6;

/** A button that offers a few emoji to react with. */
export function ReactionPicker({ message }: { message: Message }) {
  const chat = useChat();
  const me = useChatState((state) => state.me.id);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    // It stands still while the messages move: it goes when they do.
    const close = () => box.current?.hidePopover();
    document.addEventListener('scroll', close, { capture: true });
    return () => document.removeEventListener('scroll', close, { capture: true });
  }, [isOpen]);

  const open = () => {
    const picker = box.current;
    if (!picker || !button.current) return;
    picker.showPopover();
    place(picker, button.current.getBoundingClientRect());
    picker.querySelector('button')?.focus({ preventScroll: true });
  };
  const pick = (emoji: string) => {
    const named = message.reactions.find((reaction) => reaction.emoji === emoji)?.userIds;
    chat.marks.react(message.id, emoji, !named?.includes(me)).catch(toast.error);
    box.current?.hidePopover();
    button.current?.focus({ preventScroll: true });
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="React"
        title="React"
        aria-haspopup="true"
        aria-expanded={isOpen}
        onClick={open}
      >
        <Icon name="smile" />
      </button>
      <div
        ref={box}
        className="picker"
        popover="auto"
        role="toolbar"
        aria-label="Pick a reaction"
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={moveFocus}
      >
        {COMMON.map(([emoji, name]) => (
          <button key={emoji} type="button" aria-label={name} title={name} onClick={() => pick(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
    </>
  );
}

/** Above the button where there is room, else below it, and never beyond the edges of the screen. */
function place(picker: HTMLElement, button: DOMRect): void {
  const { width, height } = picker.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(button.left + (button.width - width) / 2, innerWidth - width - GAP));
  const above = button.top - height - GAP;
  picker.style.left = `${left}px`;
  picker.style.top = `${above >= GAP ? above : button.bottom + GAP}px`;
}

/** From emoji to emoji by the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll('button')];
  const at = all.findIndex((one) => one === document.activeElement);
  const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  all.at(target % all.length)?.focus();
}

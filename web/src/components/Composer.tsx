import type { Message } from '../../../src/changes/contract';
import { useChat, useChatState } from '../chat/current';
import { draftOf, keepDraft } from '../chat/drafts';
import { nameOf } from '../state/groups';
import type { GroupEntry } from '../state/model';
import { toast } from '../toasts';
import { ComposerBox } from './ComposerBox';
import { ComposerContext } from './ComposerContext';

/** Where messages are written: new ones, replies, and changes of old ones. */
export function Composer({ entry }: { entry: GroupEntry }) {
  const chat = useChat();
  const me = useChatState((state) => state.me.id);
  const { group, composing, window } = entry;
  const edited = composing?.kind === 'edit' ? composing.message : null;
  const stop = () => chat.compose(group.id, null);

  const send = (text: string) => {
    chat.outbox.add(group.id, text, composing?.message ?? null);
    keepDraft(me, group.id, '');
    chat.typing.said(group.id);
    stop();
    chat.history.toEnd(group.id);
  };

  const change = async (message: Message, text: string) => {
    try {
      if (text !== message.text) await chat.edit(message.id, text);
      stop();
    } catch (error) {
      toast.error(error);
    }
  };

  const editLast = () => {
    const last = window?.messages.findLast(({ sender, deletedAt }) => sender.id === me && deletedAt === null);
    if (last && !window?.hasNewer) chat.compose(group.id, { kind: 'edit', message: last });
  };

  return (
    <div className="composer">
      {composing && <ComposerContext composing={composing} onCancel={stop} />}
      <ComposerBox
        // What is edited is a text of its own; the draft waits beneath.
        key={edited?.id ?? 'draft'}
        label={edited ? 'Edit message' : `Message ${nameOf(group)}`}
        initialText={edited ? edited.text : draftOf(me, group.id)}
        isEdit={edited !== null}
        focusOn={composing?.message.id ?? null}
        onText={(text) => {
          if (edited) return;
          keepDraft(me, group.id, text);
          if (text.trim()) chat.typing.say(group.id);
        }}
        onSubmit={(text) => (edited ? void change(edited, text) : send(text))}
        onCancel={composing ? stop : null}
        onEditLast={editLast}
      />
    </div>
  );
}

import { useState } from 'react';
import { useChatState } from '../chat/current';
import { DISCOVER } from '../router';
import { Icon, Mark } from './Icon';
import { NewDirectDialog } from './NewDirectDialog';
import { NewGroupDialog } from './NewGroupDialog';

/** Nothing is open: what one can do from here. */
export function Welcome() {
  const name = useChatState((state) => state.me.displayName);
  const [dialog, setDialog] = useState<'group' | 'direct' | null>(null);
  return (
    <section className="welcome">
      <Mark />
      <h1 dir="auto">Hello, {name}</h1>
      <p>Open a conversation, or begin a new one.</p>
      <div className="welcome-ways">
        <button type="button" className="way" onClick={() => setDialog('group')}>
          <Icon name="users" />
          <strong>Create a group</strong>
          <small>For a team, a topic, a plan</small>
        </button>
        <button type="button" className="way" onClick={() => setDialog('direct')}>
          <Icon name="message" />
          <strong>Write to someone</strong>
          <small>Just the two of you</small>
        </button>
        <a className="way" href={DISCOVER}>
          <Icon name="compass" />
          <strong>Discover groups</strong>
          <small>See what others talk about</small>
        </a>
      </div>
      {dialog === 'group' && <NewGroupDialog onClose={() => setDialog(null)} />}
      {dialog === 'direct' && <NewDirectDialog onClose={() => setDialog(null)} />}
    </section>
  );
}

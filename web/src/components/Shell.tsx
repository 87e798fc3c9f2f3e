import { useEffect } from 'react';
import { useChat } from '../chat/current';
import { useRoute } from '../router';
import { nameOf } from '../state/groups';
import { ConnectionBanner } from './ConnectionBanner';
import { Discover } from './Discover';
import { GroupScreen } from './GroupScreen';
import { Sidebar } from './Sidebar';
import { Welcome } from './Welcome';

/** Everything inside the door: the conversations at the left, what is open at the right. */
export function Shell() {
  const route = useRoute();
  useTitle();
  return (
    <div className="shell" data-screen={route.name === 'home' ? 'list' : 'main'}>
      <Sidebar />
      <main className="main">
        <ConnectionBanner />
        {route.name === 'group' && <GroupScreen key={route.groupId} groupId={route.groupId} />}
        {route.name === 'discover' && <Discover />}
        {route.name === 'home' && <Welcome />}
      </main>
    </div>
  );
}

/** The title tells how much is unread, also while the page is in the background. */
function useTitle(): void {
  const { store } = useChat();
  useEffect(() => {
    const show = () => {
      const { groups, openId } = store.get();
      const unread = Object.values(groups).reduce((sum, { group }) => sum + group.membership.unread, 0);
      const open = openId === null ? undefined : groups[openId];
      document.title = `${unread > 0 ? `(${unread}) ` : ''}${open ? `${nameOf(open.group)} · ` : ''}Messendger`;
    };
    show();
    const stop = store.subscribe(show);
    return () => {
      stop();
      document.title = 'Messendger';
    };
  }, [store]);
}

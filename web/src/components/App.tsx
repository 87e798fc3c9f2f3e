import { ChatContext, useCurrentChat } from '../chat/current';
import { useRoute } from '../router';
import { useSession } from '../session';
import { AuthScreen } from './AuthScreen';
import { LinkScreen } from './LinkScreen';
import { Shell } from './Shell';
import { Toasts } from './Toasts';

/** The page: who is logged in sees the chat, everyone else the door. The address stays, so that it is still the goal. */
export function App() {
  const route = useRoute();
  if (route.name === 'reset' || route.name === 'verify') {
    return (
      <>
        <LinkScreen key={route.token} link={route} />
        <Toasts />
      </>
    );
  }
  return (
    <>
      <Screen />
      <Toasts />
    </>
  );
}

function Screen() {
  const chat = useCurrentChat();
  const session = useSession();
  if (chat) {
    return (
      <ChatContext value={chat}>
        <Shell key={chat.store.get().me.id} />
      </ChatContext>
    );
  }
  return session === null ? <AuthScreen /> : <Opening />;
}

/** While it is not known who is here. Mostly that is too short to be seen. */
function Opening() {
  return (
    <main className="opening">
      <span className="spinner" role="status" aria-label="Connecting" />
    </main>
  );
}

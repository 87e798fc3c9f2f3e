import { ChatContext, useCurrentChat } from '../chat/current';
import { AuthScreen } from './AuthScreen';
import { Shell } from './Shell';
import { Toasts } from './Toasts';

/** The page: who is logged in sees the chat, everyone else the door. The address stays, so that it is still the goal. */
export function App() {
  const chat = useCurrentChat();
  return (
    <>
      {chat ? (
        <ChatContext value={chat}>
          <Shell key={chat.store.get().me.id} />
        </ChatContext>
      ) : (
        <AuthScreen />
      )}
      <Toasts />
    </>
  );
}

import { useChatState } from '../chat/current';

const WORDS = {
  connecting: null,
  online: null,
  reconnecting: 'Reconnecting…',
  offline: 'You are offline. What you write is sent when the connection is back.',
} as const;

/** Says when there is no live connection. */
export function ConnectionBanner() {
  const words = useChatState((state) => WORDS[state.connection]);
  return (
    <div className="banner-place" role="status">
      {words && (
        <p className="banner">
          <span className="spinner" aria-hidden="true" />
          {words}
        </p>
      )}
    </div>
  );
}

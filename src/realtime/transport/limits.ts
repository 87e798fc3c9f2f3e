/** What may wait for a client that has not authenticated: a few short packets. In bytes, like the rest. */
export const MAX_UNAUTHENTICATED_BYTES = 64 * 1024;
/** A client for which more than this waits is a slow consumer: it is told so and disconnected. */
export const SLOW_CONSUMER_BYTES = 4 * 1024 * 1024;
/** What may wait for any client; more ends the connection without a word. What one moment brings fits in between. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** While more than this waits, no further replay is added. */
export const REPLAY_WAITING_BYTES = 256 * 1024;
/** A longer replay of one group is replaced by its newest page. */
export const MAX_REPLAY_BYTES = 2 * 1024 * 1024;
/** The longest packet that is received. A longer command than the decoder reads is answered with an error up to here. */
export const MAX_PACKET_BYTES = 1_500_000;
/** Commands of one connection that wait their turn hold at most this. */
export const MAX_QUEUED_COMMAND_BYTES = 2 * 1024 * 1024;

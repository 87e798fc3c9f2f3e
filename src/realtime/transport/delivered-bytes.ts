import type { Socket } from 'node:net';

/** The handle of a socket, which is not in its types: `bytesWritten` counts a write as a whole when it begins. */
interface Handle {
  bytesWritten: number;
  writeQueueSize: number;
}

/** Bytes that the operating system has taken of what was written to a socket, within one long write too. */
export function deliveredBytesOf(socket: Socket | null | undefined): number {
  const { _handle: handle } = (socket ?? {}) as { _handle?: Handle | null };
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}

import { IoAdapter } from '@nestjs/platform-socket.io';
import type { ServerOptions } from 'socket.io';
import type { ChatServer } from './chat-socket.js';

/** The longest packet that a client may send, in bytes: a message of 4,000 characters of any script fits well. */
const MAX_PACKET = 64 * 1024;

/**
 * Socket.IO as the contract has it. Its connection state recovery stays off: it would put someone who was removed
 * meanwhile back into the rooms, and replay to them.
 */
export class ChatIoAdapter extends IoAdapter {
  override createIOServer(port: number, options?: ServerOptions): ChatServer {
    return super.createIOServer(port, {
      ...options,
      // A broadcast is encoded once for all only without compression.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_PACKET,
    } as ServerOptions) as ChatServer;
  }
}

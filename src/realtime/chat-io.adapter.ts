import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { ServerOptions } from 'socket.io';
import type { ChatServer } from './chat-socket.js';
import { TurnTransport } from './turn-transport.js';

/** The longest packet that a client may send, in bytes: a message of 4,000 characters of any script fits well. */
const MAX_PACKET = 64 * 1024;

/**
 * Socket.IO as the contract has it. Its connection state recovery stays off: it would put someone who was removed
 * meanwhile back into the rooms, and replay to them.
 */
export class ChatIoAdapter extends IoAdapter {
  /** `middlewares` see every request of both transports, the WebSocket upgrades too. */
  constructor(
    app: INestApplicationContext,
    private readonly middlewares: readonly Middleware[],
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): ChatServer {
    const server = super.createIOServer(port, {
      ...options,
      // A broadcast is encoded once for all only without compression.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_PACKET,
      serveClient: false,
    } as ServerOptions) as ChatServer;
    for (const middleware of this.middlewares) server.engine.use(middleware);
    useTurnTransport(server.engine as unknown as EngineParts);
    return server;
  }
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Engine.IO makes its transports with this method, which is not in its types. */
interface EngineParts {
  createTransport(name: string, request: never): unknown;
}

function useTurnTransport(engine: EngineParts): void {
  const createTransport = engine.createTransport.bind(engine);
  engine.createTransport = (name, request) =>
    name === 'websocket' ? new TurnTransport(request) : createTransport(name, request);
}

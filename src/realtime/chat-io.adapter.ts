import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Socket as Connection } from 'engine.io';
import type { ServerOptions } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { WebSocketServer } from 'ws';
import { Problem } from '../common/problem.js';
import { answerRaw } from '../common/unreadable-requests.js';
import type { ChatServer } from './chat-socket.js';
import { ChatDecoder } from './transport/chat-decoder.js';
import { limitHandshakes, limitPolls } from './transport/engine-requests.js';
import { MAX_PACKET_BYTES } from './transport/limits.js';
import { TurnTransport } from './turn-transport.js';

/** How long a client may take from its first packet to authentication, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long a client may take to read what waits and to answer that the connection is closed, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** What the adapter has to know of the application. */
export interface ChatIoOptions {
  /** See every request of both transports, the WebSocket upgrades too. */
  middlewares: readonly Middleware[];
  /** Counts a handshake of the request's address. Rejects with `rate_limited`. */
  takeHandshake(request: IncomingMessage): Promise<unknown>;
  /** Whether clients may poll, or must use a WebSocket. */
  polling: boolean;
}

/**
 * Socket.IO as the contract has it. Its connection state recovery stays off: it would put someone who was removed
 * meanwhile back into the rooms, and replay to them.
 */
export class ChatIoAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly options: ChatIoOptions,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): ChatServer {
    const { middlewares, takeHandshake, polling } = this.options;
    const server = super.createIOServer(port, {
      ...options,
      transports: polling ? ['polling', 'websocket'] : ['websocket'],
      // A broadcast is encoded once for all only without compression.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_PACKET_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
      serveClient: false,
      wsEngine: QuietWebSocketServer,
      parser: { Encoder, Decoder: ChatDecoder },
      destroyUpgrade: false,
    } as unknown as ServerOptions) as ChatServer;
    const engine = server.engine as unknown as EngineParts;
    const connectionOf = (sid: string) => (Object.hasOwn(engine.clients, sid) ? engine.clients[sid] : undefined);
    for (const middleware of [...middlewares, limitHandshakes(takeHandshake), limitPolls(connectionOf)]) {
      server.engine.use(middleware);
    }
    useTurnTransport(engine);
    refuseOtherUpgrades(this.httpServer as HttpServer, server.path());
    return server;
  }
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

type WebSocketOptions = ConstructorParameters<typeof WebSocketServer>[0];

/** Leaves the answers to pings to `TurnTransport`, which knows what waits for the client. */
class QuietWebSocketServer extends WebSocketServer {
  constructor(options: WebSocketOptions) {
    super({ ...options, autoPong: false, closeTimeout: CLOSE_TIMEOUT_MS } as WebSocketOptions);
  }
}

/** The parts of Engine.IO's server that are not in its types, or not public: its transports, and connections by their ids. */
interface EngineParts {
  createTransport(name: string, request: never): unknown;
  clients: Record<string, Connection>;
}

function useTurnTransport(engine: EngineParts): void {
  const createTransport = engine.createTransport.bind(engine);
  engine.createTransport = (name, request) =>
    name === 'websocket' ? new TurnTransport(request) : createTransport(name, request);
}

/** Engine.IO would half-close what asks for an upgrade elsewhere, and keep it for as long as the client likes. */
function refuseOtherUpgrades(server: HttpServer, path: string): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (request.url?.startsWith(path)) return;
    answerRaw(socket, new Problem('route_not_found'));
  });
}

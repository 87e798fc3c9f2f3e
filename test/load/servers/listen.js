import { createServer } from 'node:http';
import { Server } from 'socket.io';

/**
 * A Socket.IO server of the version and with the options of the product, on any free port of the loopback address. A
 * client names its group in `auth.group`, nobody asks who it is.
 *
 * @param {(socket: import('socket.io').Socket, io: Server, group: string) => void} onConnection
 */
export function listen(onConnection) {
  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
  });
  io.on('connection', (socket) => {
    const { group } = socket.handshake.auth;
    void socket.join(group);
    onConnection(socket, io, group);
  });
  http.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
    console.log(`http://127.0.0.1:${port}`);
  });
  process.on('SIGTERM', () => process.exit());
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole process group; the benchmark ends this one.
}

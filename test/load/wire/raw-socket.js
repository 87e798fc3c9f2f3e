import { WebSocket } from 'ws';

const OPEN = 48; // '0'
const CLOSE = 49;
const PING = 50;
const MESSAGE = 52;
const CONNECT = 48; // The second byte of a message says which packet of Socket.IO it is.
const EVENT = 50;
const ACK = 51;
const CONNECT_ERROR = 52;

const HANDSHAKE_TIMEOUT = 30_000;

/**
 * A Socket.IO connection with as little code as the protocol allows (Engine.IO 4, Socket.IO 5, WebSocket only), so that
 * a few hundred of them in one process cost little beside the server that is measured. It understands text packets in
 * the main namespace, one a frame; `ws` does the framing, so it does not matter how frames are spread over TCP writes.
 *
 * Anything unexpected throws in an event handler and so ends the process: see `serve` in rpc.js.
 */
export class RawSocket {
  /** @type {WebSocket} */ #ws;
  /** @type {Map<number, (answer: any) => void>} */ #acks = new Map();
  #nextAck = 0;
  #closing = false;

  /**
   * Resolves once the server has accepted the connection; rejects, with the problem in `data`, when it refuses it.
   *
   * @param {string} url of the server, http://…
   * @param {object} auth what `io(url, { auth })` takes
   * @param {(frame: Buffer, socket: RawSocket) => void} onEvent gets every event as it came, `42["name",payload]`
   * @returns {Promise<RawSocket>}
   */
  static connect(url, auth, onEvent) {
    const socket = new RawSocket();
    return new Promise((resolve, reject) => socket.#open(url, auth, onEvent, () => resolve(socket), reject));
  }

  #open(url, auth, onEvent, onConnect, onRefusal) {
    this.#ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    });
    this.#ws.on('error', onRefusal);
    this.#ws.on('close', (code) => {
      if (!this.#closing) throw new Error(`the server closed a connection (${code})`);
    });
    this.#ws.on('message', (/** @type {Buffer} */ frame) => {
      switch (frame[0]) {
        case OPEN:
          return this.#ws.send(`40${JSON.stringify(auth)}`);
        case PING:
          return this.#ws.send('3');
        case MESSAGE:
          break;
        default:
          throw new Error(frame[0] === CLOSE ? 'the server ended a connection' : `unexpected frame: ${frame}`);
      }
      switch (frame[1]) {
        case EVENT:
          return onEvent(frame, this);
        case ACK:
          return this.#answer(frame.toString());
        case CONNECT:
          return onConnect();
        case CONNECT_ERROR:
          void this.close();
          return onRefusal(Object.assign(new Error(`refused: ${frame}`), JSON.parse(frame.toString('utf8', 2))));
        default:
          throw new Error(`unexpected packet: ${frame}`);
      }
    });
  }

  /**
   * Emits an event; `onAck` gets what the acknowledgement carries.
   *
   * @param {string} event
   * @param {unknown} payload
   * @param {(answer: any) => void} onAck
   */
  emit(event, payload, onAck) {
    const id = this.#nextAck++;
    this.#acks.set(id, onAck);
    this.#ws.send(`42${id}${JSON.stringify([event, payload])}`);
  }

  /** Closes the connection; resolves when it is closed. @returns {Promise<void>} */
  close() {
    this.#closing = true;
    if (this.#ws.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ws.once('close', () => resolve());
      this.#ws.close();
    });
  }

  #answer(packet) {
    const bracket = packet.indexOf('[');
    const id = Number(packet.slice(2, bracket));
    const onAck = this.#acks.get(id);
    if (!onAck) throw new Error(`acknowledged twice, or never asked for: ${packet}`);
    this.#acks.delete(id);
    onAck(JSON.parse(packet.slice(bracket))[0]);
  }
}

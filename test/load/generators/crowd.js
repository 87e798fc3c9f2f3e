import { setTimeout as delay } from 'node:timers/promises';
import { isMessage, parse, seqOf } from '../wire/frames.js';
import { RawSocket } from '../wire/raw-socket.js';

/** Connections that are opened at the same time. */
const CONCURRENCY = 50;
/** How long the last deliveries of a round may take, in milliseconds. */
const PATIENCE = 15_000;
/** One delivery in so many is parsed as a whole, to check what is otherwise read from the bytes. */
const SAMPLE = 64;

/**
 * @typedef {object} Member
 * @property {RawSocket} socket
 * @property {Room} room
 * @property {number} last the seq of the last message that it got
 * @property {number} received
 *
 * @typedef {object} Room
 * @property {string} id
 * @property {number} sent how often members have sent
 * @property {Member[]} members
 */

/**
 * The members of groups, all connected. It checks every delivery as it comes: each member gets each message of its
 * group once, and (of a server that promises it) in seq order without a hole.
 */
export class Crowd {
  /** @type {Room[]} */ rooms = [];
  deliveries = 0;
  bytes = 0;
  #expected = 0;

  /**
   * @param {{ url: string; groups: import('../stage/fixtures.js').Group[]; ordered: boolean }} plan
   * @param {(frame: Buffer) => void} [onDelivery]
   */
  static async connect({ url, groups, ordered }, onDelivery = () => undefined) {
    const crowd = new Crowd();
    const guests = groups.flatMap((group) => {
      const room = { id: group.id, sent: 0, members: [] };
      crowd.rooms.push(room);
      return group.members.map(({ token }) => ({ room, token, last: ordered ? group.lastSeq : undefined }));
    });
    const connect = async () => {
      for (let guest = guests.pop(); guest; guest = guests.pop()) await crowd.#admit(url, guest, onDelivery);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, connect));
    return crowd;
  }

  /** Counts a send, which everyone in the room has to get. @param {Room} room */
  expect(room) {
    room.sent += 1;
    this.#expected += room.members.length;
  }

  /** Waits until everyone has got everything. */
  async drain() {
    for (const deadline = Date.now() + PATIENCE; this.deliveries < this.#expected; await delay(2)) {
      if (Date.now() > deadline) throw new Error(`${this.#expected - this.deliveries} deliveries did not come`);
    }
  }

  /** Makes sure, a moment after the end, that everyone got everything and nobody anything twice. */
  async check() {
    await delay(200);
    for (const { id, sent, members } of this.rooms) {
      for (const { received } of members) {
        if (received !== sent) throw new Error(`a member of ${id} got ${received} messages of ${sent}`);
      }
    }
  }

  async #admit(url, { room, token, last }, onDelivery) {
    const member = { socket: undefined, room, last, received: 0 };
    let ready = () => undefined;
    const greeted = new Promise((resolve) => (ready = resolve));
    member.socket = await RawSocket.connect(url, { token, group: room.id }, (frame) => {
      if (!isMessage(frame)) return parse(frame)[0] === 'ready' ? ready() : undefined;
      this.#receive(member, frame);
      onDelivery(frame);
    });
    await greeted;
    room.members.push(member);
  }

  /** @param {Member} member @param {Buffer} frame */
  #receive(member, frame) {
    if (member.last !== undefined) {
      const seq = seqOf(frame);
      if (seq !== member.last + 1) throw new Error(`after seq ${member.last} of ${member.room.id} came ${seq}`);
      member.last = seq;
    }
    member.received += 1;
    this.deliveries += 1;
    this.bytes += frame.length;
    if (this.deliveries % SAMPLE === 0) inspect(member, frame);
  }
}

/** @param {Member} member @param {Buffer} frame */
function inspect({ room, last }, frame) {
  const [, { groupId, message }] = parse(frame);
  if (groupId !== room.id || message.groupId !== room.id) throw new Error(`a message of ${groupId} came to ${room.id}`);
  if (last !== undefined && message.seq !== last) throw new Error(`misread the seq of ${frame}`);
}

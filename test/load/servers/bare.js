/**
 * What Socket.IO alone costs: it stores nothing, checks nothing, and hands each message to the room. The least that a
 * chat server over Socket.IO can do, so the product is measured as so many times this.
 */
import { listen } from './listen.js';
import { messageOf } from './message.js';

/** @type {Map<string, number>} */
const seqs = new Map();

listen((socket, io, group) => {
  socket.emit('ready', { groups: [{ id: group, revision: 0, lastSeq: 0, readSeq: 0, unread: 0 }] });
  const cursor = socket.handshake.auth.cursors?.[group];
  if (cursor !== undefined) replay(socket, group, cursor);

  socket.on('message:send', (sent, ack) => {
    const seq = (seqs.get(group) ?? 0) + 1;
    seqs.set(group, seq);
    io.to(group).emit('message:created', messageOf(sent, seq));
    ack();
  });
});

/** A hundred messages out of thin air, to compare catching up with. */
function replay(
  /** @type {import('socket.io').Socket} */ socket,
  /** @type {string} */ groupId,
  /** @type {number} */ cursor,
) {
  const missed = { groupId, id: '0198c5a6-9b02-7aa4-8c55-0d8f7b8f2e10', text: 'Yes, everything is green, as it was.' };
  const revision = cursor + 100;
  for (let seq = cursor + 1; seq <= revision; seq += 1) socket.emit('message:created', messageOf(missed, seq));
  socket.emit('group:synced', { groupId, revision });
}

/**
 * A durable chat server as one writes it first: each send awaits one INSERT through a pool, then it is emitted and
 * acknowledged. No membership is checked, and nothing keeps the order (it reorders what one sender sent).
 */
import pg from 'pg';
import { listen } from './listen.js';
import { messageOf } from './message.js';

const SENDER = '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(`
  CREATE TABLE messages (
    id uuid PRIMARY KEY, number bigserial, group_id uuid NOT NULL, sender_id uuid NOT NULL, text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ON messages (group_id, number)`);

listen((socket, io, group) => {
  socket.emit('ready', { groups: [{ id: group, revision: 0, lastSeq: 0, readSeq: 0, unread: 0 }] });
  socket.on('message:send', async (sent, ack) => {
    const { rows } = await pool.query(
      'INSERT INTO messages (id, group_id, sender_id, text) VALUES ($1, $2, $3, $4) RETURNING number, created_at',
      [sent.id, sent.groupId, SENDER, sent.text],
    );
    const created = messageOf(sent, Number(rows[0].number));
    io.to(group).emit('message:created', created);
    ack({ data: created.message });
  });
});

import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pg from 'pg';

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} sessionId
 * @property {string} token
 *
 * @typedef {object} Group
 * @property {string} id
 * @property {number} lastSeq
 * @property {number} revision
 * @property {Person[]} members
 */

/** How many of a group's messages its members have not read. */
const UNREAD = 100;

/**
 * Puts users, their sessions, groups, memberships and messages straight into the product's database, whose schema must be there: made
 * through the API they would take minutes. The numbers are those that the product would have given: each member joined
 * at a revision of its own, 1, 2, 3 …, and then each message took the next.
 *
 * @param {string} url of the database
 * @param {string} secret the product's JWT_SECRET
 * @param {{ groups: number; members: number; messages?: number }} plan how many groups, and in each how many of the rest
 * @returns {Promise<Group[]>}
 */
export async function populate(url, secret, { groups, members, messages = 0 }) {
  const made = Array.from({ length: groups }, () => ({
    id: randomUUID(),
    lastSeq: messages,
    revision: members + messages,
    members: Array.from({ length: members }, () => person(secret)),
  }));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    const people = made.flatMap((group) => group.members);
    await insertUsers(client, people);
    await insertSessions(client, people);
    await insertGroups(client, made, members);
    await insertMemberships(client, made);
    for (const group of made) await insertMessages(client, group);
    await client.query('COMMIT');
    await client.query('VACUUM ANALYZE users, sessions, groups, memberships, messages');
  } finally {
    await client.end();
  }
  return made;
}

/** The same claims and type as in src/auth/access-tokens.ts. @param {string} secret @returns {Person} */
function person(secret) {
  const id = randomUUID();
  const sessionId = randomUUID();
  const token = jwt.sign({ sid: sessionId }, secret, {
    subject: id,
    issuer: 'messendger',
    audience: 'messendger',
    expiresIn: '12h',
    header: { alg: 'HS256', typ: 'at+jwt' },
  });
  return { id, sessionId, token };
}

/** @param {pg.Client} client @param {Person[]} people */
async function insertUsers(client, people) {
  await client.query(
    `INSERT INTO users (id, username, display_name)
     SELECT id, 'user.' || right(id::text, 12), 'User ' || position
       FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, position)`,
    [people.map(({ id }) => id)],
  );
}

/** Each is logged in once, with refresh tokens that nobody has. @param {pg.Client} client @param {Person[]} people */
async function insertSessions(client, people) {
  await client.query(
    `INSERT INTO sessions (id, user_id, family_hash, token_hash, expires_at)
     SELECT id, user_id, uuid_send(id), uuid_send(id), now() + interval '1 day'
       FROM unnest($1::uuid[], $2::uuid[]) AS s (id, user_id)`,
    [people.map(({ sessionId }) => sessionId), people.map(({ id }) => id)],
  );
}

/** @param {pg.Client} client @param {Group[]} groups @param {number} members */
async function insertGroups(client, groups, members) {
  await client.query(
    `INSERT INTO groups (id, kind, name, member_count, last_seq, revision, profile_revision, members_revision)
     SELECT id, 'private', 'Group ' || position, $2::integer, $3, $4, 1, $2::integer
       FROM unnest($1::uuid[]) WITH ORDINALITY AS g (id, position)`,
    [groups.map(({ id }) => id), members, groups[0].lastSeq, groups[0].revision],
  );
}

/** @param {pg.Client} client @param {Group[]} groups */
async function insertMemberships(client, groups) {
  const rows = groups.flatMap((group) => group.members.map(({ id }, index) => ({ group, id, revision: index + 1 })));
  await client.query(
    `INSERT INTO memberships (group_id, user_id, role, read_seq, revision, joined_revision, joined_at)
     SELECT group_id, user_id, CASE revision WHEN 1 THEN 'owner' ELSE 'member' END, $4, revision, revision, now()
       FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS m (group_id, user_id, revision)`,
    [
      rows.map(({ group }) => group.id),
      rows.map(({ id }) => id),
      rows.map(({ revision }) => revision),
      Math.max(0, groups[0].lastSeq - UNREAD),
    ],
  );
}

/** Everyone in the group has written in turn. @param {pg.Client} client @param {Group} group */
async function insertMessages(client, { id, lastSeq, members }) {
  if (lastSeq === 0) return;
  await client.query(
    `INSERT INTO messages (id, group_id, seq, revision, created_revision, sender_id, text, created_at)
     SELECT uuidv7(), $1, seq, seq + $3::bigint, seq + $3::bigint, ($2::uuid[])[1 + seq % $3::bigint],
            'Message ' || seq || ': yes, everything is green, as it was the last time you asked.',
            now() - make_interval(secs => $4::bigint - seq)
       FROM generate_series(1, $4::bigint) AS seq`,
    [id, members.map((member) => member.id), members.length, lastSeq],
  );
}

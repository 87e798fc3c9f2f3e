import type { DataSource } from 'typeorm';

/** Rows of a page. */
const PAGE = 500;
/** Messages of a group, of whomever, among which the user's own are read at once. */
const SPAN = 2_000;

/** What is not paged, by its type: at most some thousand rows. `$1` is the user. */
const SMALL: Record<string, string> = {
  profile: `SELECT id, username, display_name AS "displayName", email, email_verified_at AS "emailVerifiedAt",
                   pending_email AS "pendingEmail",
                   created_at AS "createdAt" FROM users WHERE id = $1`,
  session: `SELECT id, user_agent AS "userAgent", address, created_at AS "createdAt", last_used_at AS "lastUsedAt",
                   expires_at AS "expiresAt" FROM sessions WHERE user_id = $1 ORDER BY id`,
  identity: `SELECT provider, subject, email, created_at AS "createdAt" FROM identities WHERE user_id = $1 ORDER BY provider`,
};

/**
 * Everything that is stored about a user, a page at a time. Messages are looked for in the groups that the user is or was
 * in: an index of all messages by sender would make every send dearer for this alone.
 */
export async function* personalData(source: DataSource, userId: string): AsyncGenerator<object[]> {
  for (const [type, query] of Object.entries(SMALL)) {
    yield (await source.query<object[]>(query, [userId])).map((row) => ({ type, ...row }));
  }
  const groups: { groupId: string; lastSeq: number }[] = [];
  for await (const page of memberships(source, userId)) {
    groups.push(...page.map(({ groupId, lastSeq }) => ({ groupId, lastSeq })));
    yield page.map((membership) => ({ type: 'membership', ...membership, lastSeq: undefined }));
  }
  for (const group of groups) yield* messages(source, userId, group);
  yield* reactions(source, userId);
}

/** The name of a private group that the user left is none of theirs: it may be another by now. */
async function* memberships(source: DataSource, userId: string) {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await source.query<{ groupId: string; lastSeq: number }[]>(
      `SELECT ms.group_id AS "groupId", g.kind, CASE WHEN ms.left_at IS NULL OR g.kind = 'public' THEN g.name END AS name,
              ms.role, ms.read_seq AS "readSeq", ms.joined_at AS "joinedAt",
              ms.left_at AS "leftAt", g.last_seq AS "lastSeq"
         FROM memberships ms JOIN groups g ON g.id = ms.group_id
        WHERE ms.user_id = $1 AND ms.group_id > $2 ORDER BY ms.group_id LIMIT ${PAGE}`,
      [userId, after],
    );
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.groupId;
  }
}

async function* messages(source: DataSource, userId: string, group: { groupId: string; lastSeq: number }) {
  for (let from = 0; from < group.lastSeq; from += SPAN) {
    const page = await source.query<object[]>(
      `SELECT 'message' AS type, id, group_id AS "groupId", seq, text, reply_to AS "replyTo", created_at AS "createdAt",
              edited_at AS "editedAt", deleted_at AS "deletedAt"
         FROM messages WHERE group_id = $1 AND seq > $2 AND seq <= $3 AND sender_id = $4 ORDER BY seq`,
      [group.groupId, from, from + SPAN, userId],
    );
    yield page;
  }
}

async function* reactions(source: DataSource, userId: string) {
  for (let after = ['00000000-0000-0000-0000-000000000000', '']; ;) {
    const page = await source.query<{ messageId: string; emoji: string }[]>(
      `SELECT 'reaction' AS type, message_id AS "messageId", emoji, created_at AS "createdAt"
         FROM reactions WHERE user_id = $1 AND (message_id, emoji) > ($2, $3) ORDER BY message_id, emoji LIMIT ${PAGE}`,
      [userId, ...after],
    );
    yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = [last.messageId, last.emoji];
  }
}

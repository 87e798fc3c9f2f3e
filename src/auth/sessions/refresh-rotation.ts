import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../../config/config.js';
import type { Device } from './device.js';
import { RefreshToken } from './refresh-token.js';
import { isLive, Session } from './session.entity.js';

/** How long a token that was used may be presented again, since the answer may have been lost. */
const RETRY_WINDOW = '10 seconds';

interface Row {
  id: string;
  user_id: string;
  token_hash: Buffer;
  previous_hash: Buffer | null;
  successor: Buffer | null;
  expires_at: Date;
  /** Whether the last rotation was so recently that its answer may have been lost. */
  retriable: boolean;
}

/** What came of presenting a refresh token; null when it is of no session that lives. */
export type Rotation =
  | { reused: false; session: Pick<Session, 'id' | 'userId' | 'expiresAt'>; token: RefreshToken }
  | { reused: true; sessionId: string; userId: string }
  | null;

/**
 * Exchanges a refresh token for its successor, once (RFC 9700 section 4.14.2). A repeat within the retry window gets the
 * same successor; any later use of an old token means that somebody copied it, and ends the session.
 */
@Injectable()
export class RefreshRotation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /** One transaction under the lock of the session's row: of many at once, one rotates, and the rest are repeats. */
  async rotate(presented: RefreshToken, device: Device): Promise<Rotation> {
    return this.dataSource.transaction(async (manager) => {
      const row = await lock(manager, presented, this.config.sessionIdleTtl);
      if (!row) return null;
      const token = await this.successorOf(presented, row, device, manager);
      if (token)
        return { reused: false, session: { id: row.id, userId: row.user_id, expiresAt: row.expires_at }, token };
      await manager.delete(Session, { id: row.id });
      return { reused: true, sessionId: row.id, userId: row.user_id };
    });
  }

  private async successorOf(presented: RefreshToken, row: Row, device: Device, manager: EntityManager) {
    const { hash } = presented;
    if (row.token_hash.equals(hash)) return renew(manager, row.id, presented, device);
    return row.retriable && row.previous_hash?.equals(hash) ? presented.unseal(row.successor!) : null;
  }
}

async function lock(manager: EntityManager, { familyHash }: RefreshToken, idle: number): Promise<Row | undefined> {
  const rows = await manager.query<Row[]>(
    `SELECT id, user_id, token_hash, previous_hash, successor, expires_at,
            rotated_at > now() - interval '${RETRY_WINDOW}' AS retriable
       FROM sessions WHERE family_hash = $1 AND ${isLive('sessions', '$2')} FOR UPDATE`,
    [familyHash, idle],
  );
  return rows[0];
}

async function renew(manager: EntityManager, id: string, current: RefreshToken, device: Device): Promise<RefreshToken> {
  const next = current.successor();
  await manager.query(
    `UPDATE sessions SET token_hash = $2, previous_hash = token_hash, successor = $3, rotated_at = now(),
            last_used_at = now(), user_agent = $4, address = $5
      WHERE id = $1`,
    [id, next.hash, current.seal(next), device.userAgent, device.address],
  );
  return next;
}

import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager, type ObjectLiteral } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ChangeBus } from '../../changes/change-bus.js';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { Config } from '../../config/config.js';
import { AccessTokens, type AccessToken } from '../access-tokens.js';
import { Reauthentication } from '../passwords/reauthentication.js';
import type { Device } from './device.js';
import type { SessionsResponse } from './dto/session.dto.js';
import { RefreshRotation } from './refresh-rotation.js';
import { RefreshToken } from './refresh-token.js';
import { isLive, isOver, Session } from './session.entity.js';
import { toSessionResponse } from './session.responses.js';

/** Sessions that a user may have at a time; a further login ends the one that was not used for longest. */
const MAX_SESSIONS = 100;
/** Sessions that ran out and are erased with one login. */
const MAX_ERASED = 100;

/** What someone who is logged in holds. */
export interface SessionTokens extends AccessToken {
  refreshToken: string;
  /** When the session is over, however often it is refreshed. */
  sessionExpiresAt: string;
}

interface EndedSession {
  id: string;
  user_id: string;
}

/**
 * Who is logged in where. Ending a session is deleting its row: from then on no token of it is good, and every node is
 * told to close its sockets.
 */
@Injectable()
export class SessionsService {
  private readonly logger = new Logger('Sessions');

  constructor(
    private readonly dataSource: DataSource,
    private readonly rotation: RefreshRotation,
    private readonly accessTokens: AccessTokens,
    private readonly bus: ChangeBus,
    private readonly config: Config,
    private readonly reauthentication: Reauthentication,
  ) {}

  /**
   * Logs a user in. Whoever calls this has made sure that it is them; by a password, then it says by which, since it may
   * have been changed meanwhile. Throws `account_deactivated` or `invalid_credentials`.
   */
  async start(userId: string, device: Device, passwordHash: string | null = null): Promise<SessionTokens> {
    const { tokens, tell } = await this.dataSource.transaction((manager) =>
      this.startWithin(manager, userId, device, passwordHash),
    );
    tell();
    return tokens;
  }

  /** As `start`, within a transaction, after whose commit `tell` is to be called. */
  async startWithin(
    manager: EntityManager,
    userId: string,
    device: Device,
    passwordHash: string | null = null,
  ): Promise<{ sessionId: string; tokens: SessionTokens; tell: () => void }> {
    const token = RefreshToken.first();
    const session = {
      id: uuidv7(),
      userId,
      userAgent: device.userAgent,
      address: device.address,
      familyHash: token.familyHash,
      tokenHash: token.hash,
      expiresAt: new Date(Date.now() + this.config.sessionTtl * 1000),
    };
    await requireUnchanged(manager, userId, passwordHash);
    await manager.insert(Session, session);
    const ended = await this.makeRoom(manager, userId);
    return { sessionId: session.id, tokens: this.tokensOf(session, token), tell: () => this.tellAll(ended) };
  }

  /** The next tokens of a session. Throws `session_ended` for a token that is not, or no longer, good. */
  async refresh(refreshToken: string, device: Device): Promise<{ userId: string; tokens: SessionTokens }> {
    const presented = RefreshToken.parse(refreshToken);
    const rotation = presented && (await this.rotation.rotate(presented, device));
    if (rotation?.reused) {
      this.logger.warn(
        `A used refresh token was presented again: session ${rotation.sessionId} of user ${rotation.userId} is ended`,
      );
      this.tell(rotation.userId, rotation.sessionId);
    }
    if (!rotation || rotation.reused) throw new Problem('session_ended');
    return { userId: rotation.session.userId, tokens: this.tokensOf(rotation.session, rotation.token) };
  }

  /** The user's sessions, the one that was used last first. `currentId` is the one that asks. */
  async list(userId: string, currentId: string | null): Promise<SessionsResponse> {
    const sessions = await this.dataSource.manager
      .createQueryBuilder(Session, 's')
      .where(`s.userId = :userId AND ${isLive('s', ':idle')}`, { userId, idle: this.config.sessionIdleTtl })
      .orderBy({ 's.lastUsedAt': 'DESC', 's.id': 'DESC' })
      .getMany();
    return { items: sessions.map((session) => toSessionResponse(session, currentId)) };
  }

  /** Ends a session in whose name its user asks. Throws `session_not_found`, also where there is none. */
  async end(userId: string, id: string | null): Promise<void> {
    const ended = await this.erase('user_id = :userId AND id = :id', { userId, id });
    if (ended === 0) throw new Problem('session_not_found');
  }

  /** Ends one of the user's sessions. Throws `session_not_found`, and as `Reauthentication.confirm` for any but the current one. */
  async endOne(me: Principal, id: string, password: string | undefined): Promise<void> {
    if (id === me.sessionId) return this.end(me.userId, id);
    const where = `user_id = :userId AND id = :id AND ${isLive('sessions', ':idle')}`;
    const values = { userId: me.userId, id, idle: this.config.sessionIdleTtl };
    const ended = await this.reauthentication.act(me, password, (manager) => erase(manager, where, values));
    if (ended.length === 0) throw new Problem('session_not_found');
    this.tellAll(ended);
  }

  /** Ends all sessions of the user but the current one. Throws as `Reauthentication.confirm`. */
  async endOthers(me: Principal, password: string | undefined): Promise<void> {
    const tell = await this.reauthentication.act(me, password, (manager) =>
      this.endAllWithin(manager, me.userId, { except: me.sessionId }),
    );
    tell();
  }

  /** Ends the session of a refresh token, old or new; one that is of none is as good as ended. */
  async endByToken(refreshToken: string): Promise<void> {
    const familyHash = RefreshToken.parse(refreshToken)?.familyHash;
    if (familyHash) await this.erase('family_hash = :familyHash', { familyHash });
  }

  /**
   * Ends all sessions of the user, but the one that is excepted, within a transaction, after whose commit what is returned
   * tells the nodes.
   */
  async endAllWithin(
    manager: EntityManager,
    userId: string,
    { except = null }: { except?: string | null } = {},
  ): Promise<() => void> {
    const others = except === null ? '' : ' AND id <> :except';
    const ended = await erase(manager, `user_id = :userId${others}`, { userId, except });
    return () => this.tellAll(ended);
  }

  /** As `endAllWithin`, with the account: connections by the tokens of another issuer, which have no session, end too. */
  async endAccountWithin(manager: EntityManager, userId: string): Promise<() => void> {
    const tell = await this.endAllWithin(manager, userId);
    return () => {
      tell();
      this.bus.publishToUser(userId, { kind: 'account-ended' });
    };
  }

  /** Those of the sessions that are over, as all are of a user who is deactivated. */
  async endedAmong(sessionIds: string[]): Promise<string[]> {
    const ended = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM unnest($1::uuid[]) AS asked (id)
        WHERE NOT EXISTS (
                SELECT FROM sessions s JOIN users u ON u.id = s.user_id AND u.deactivated_at IS NULL
                 WHERE s.id = asked.id AND ${isLive('s', '$2')})`,
      [sessionIds, this.config.sessionIdleTtl],
    );
    return ended.map(({ id }) => id);
  }

  /** Nobody's list grows for ever, and no address is kept of a session that ran out long ago. */
  private async makeRoom(manager: EntityManager, userId: string): Promise<EndedSession[]> {
    const overflow = await erase(
      manager,
      `id IN (SELECT id FROM sessions WHERE user_id = :userId ORDER BY last_used_at DESC, id DESC OFFSET ${MAX_SESSIONS})`,
      { userId },
    );
    const over = await erase(
      manager,
      `id IN (SELECT id FROM sessions WHERE ${isOver('sessions', ':idle')} LIMIT ${MAX_ERASED} FOR UPDATE SKIP LOCKED)`,
      { idle: this.config.sessionIdleTtl },
    );
    return [...overflow, ...over];
  }

  /** Deletes the rows, and then tells the nodes. Returns how many there were. */
  private async erase(where: string, values: ObjectLiteral): Promise<number> {
    const ended = await erase(this.dataSource.manager, where, values);
    this.tellAll(ended);
    return ended.length;
  }

  private tellAll(ended: EndedSession[]): void {
    for (const { id, user_id } of ended) this.tell(user_id, id);
  }

  /** Has every node close the sockets of the session. */
  private tell(userId: string, sessionId: string): void {
    this.bus.publishToUser(userId, { kind: 'session-ended', sessionId });
  }

  private tokensOf(session: Pick<Session, 'id' | 'userId' | 'expiresAt'>, token: RefreshToken): SessionTokens {
    return {
      ...this.accessTokens.sign(session),
      refreshToken: token.toString(),
      sessionExpiresAt: session.expiresAt.toISOString(),
    };
  }
}

/** Deletes the rows, of which the nodes are to be told. */
async function erase(manager: EntityManager, where: string, values: ObjectLiteral): Promise<EndedSession[]> {
  const deletion = manager.createQueryBuilder().delete().from(Session).where(where, values);
  const { raw } = (await deletion.returning(['id', 'userId']).execute()) as { raw: EndedSession[] };
  return raw;
}

/**
 * Holds the user's row as it is until the session is stored: whoever changes the password or the account meanwhile waits,
 * and then ends this session with the others.
 */
async function requireUnchanged(manager: EntityManager, userId: string, passwordHash: string | null): Promise<void> {
  const [user] = await manager.query<{ active: boolean }[]>(
    `SELECT deactivated_at IS NULL AS active FROM users
      WHERE id = $1 AND deleted_at IS NULL AND ($2::text IS NULL OR password_hash = $2) FOR SHARE`,
    [userId, passwordHash],
  );
  if (!user) throw new Problem('invalid_credentials');
  if (!user.active) throw new Problem('account_deactivated');
}

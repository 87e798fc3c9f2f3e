import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Problem } from '../../common/problem.js';
import { violatedUnique } from '../../common/to-problem.js';
import { User } from '../../users/user.entity.js';
import type { IdentitiesResponse } from './dto/identity.dto.js';
import { Identity } from './identity.entity.js';
import { type Profile, varied } from './profile.js';

/** Usernames that are tried for a new account. */
const ATTEMPTS = 10;

/** Someone as a provider knows them. */
export type Subject = Pick<Identity, 'provider' | 'subject'>;

/** Finds and makes accounts by who someone is elsewhere: by provider and subject, never by an email address. */
@Injectable()
export class IdentitiesService {
  constructor(private readonly dataSource: DataSource) {}

  /** The account of someone; at first sight it is made. Throws `registration_closed` where it may not be. */
  async userOf(subject: Subject, profile: Profile, { mayRegister }: { mayRegister: boolean }): Promise<User> {
    const user = await this.find(subject);
    if (!user && !mayRegister) throw new Problem('registration_closed');
    return user ?? this.create(subject, profile);
  }

  async list(userId: string): Promise<IdentitiesResponse> {
    const found = await this.dataSource.manager.find(Identity, { where: { userId }, order: { createdAt: 'ASC' } });
    return {
      items: found.map(({ provider, email, createdAt }) => ({ provider, email, createdAt: createdAt.toISOString() })),
    };
  }

  /**
   * Lets someone log in as `userId`. Throws `identity_taken` when they have another account, or the account another one,
   * and `session_ended` when the account was erased at that moment: nobody is to be led to it for ever.
   */
  async link(userId: string, { provider, subject }: Subject, email: string | null): Promise<void> {
    try {
      const linked = await this.dataSource.query<unknown[]>(
        `WITH owner AS MATERIALIZED (SELECT id FROM users WHERE id = $1 AND deleted_at IS NULL FOR SHARE)
         INSERT INTO identities (user_id, provider, subject, email) SELECT id, $2, $3, $4 FROM owner RETURNING user_id`,
        [userId, provider, subject, email],
      );
      if (linked.length === 0) throw new Problem('session_ended');
    } catch (error) {
      if (!violatedUnique(error)) throw error;
      if ((await this.find({ provider, subject }))?.id !== userId) throw new Problem('identity_taken');
    }
  }

  /** Throws `identity_not_found`, and `last_way_in` when there would be no way left to log in. */
  async unlink(userId: string, provider: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // Under the lock of the user's row, so that of two at once the second sees what the first left.
      await manager.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [userId]);
      const { affected } = await manager.delete(Identity, { userId, provider });
      if (!affected) throw new Problem('identity_not_found');
      if (!(await hasWayIn(manager, userId))) throw new Problem('last_way_in');
    });
  }

  /** Those of the users whose accounts are no more, or deactivated. */
  async goneAmong(userIds: string[]): Promise<Set<string>> {
    const gone = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM unnest($1::uuid[]) AS asked (id)
        WHERE NOT EXISTS (
                SELECT FROM users u WHERE u.id = asked.id AND u.deleted_at IS NULL AND u.deactivated_at IS NULL)`,
      [userIds],
    );
    return new Set(gone.map(({ id }) => id));
  }

  private async find(subject: Subject): Promise<User | null> {
    const identity = await this.dataSource.manager.findOne(Identity, {
      where: { ...subject },
      relations: { user: true },
    });
    return identity?.user ?? null;
  }

  /** Tries until nothing that it would take is taken, or until another request made the account. */
  private async create(subject: Subject, { username, displayName, email }: Profile): Promise<User> {
    const account = { username, displayName: displayName ?? username, email };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.insert(subject, account, email);
      } catch (error) {
        const taken = violatedUnique(error);
        if (!taken || attempt === ATTEMPTS) throw error;
        if (taken === 'users_email_key') account.email = null;
        if (taken === 'users_username_key') account.username = varied(username);
        if (taken === 'identities_pkey') return (await this.find(subject))!;
      }
    }
  }

  private async insert(
    subject: Subject,
    account: Pick<User, 'username' | 'displayName' | 'email'>,
    email: string | null,
  ): Promise<User> {
    return this.dataSource.transaction(async (manager) => {
      const user = manager.create(User, { id: uuidv7(), createdAt: new Date(), passwordHash: null, ...account });
      await manager.insert(User, user);
      await manager.insert(Identity, { ...subject, userId: user.id, email });
      return user;
    });
  }
}

async function hasWayIn(manager: EntityManager, userId: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `SELECT FROM users u WHERE id = $1
        AND (password_hash IS NOT NULL OR EXISTS (SELECT FROM identities WHERE user_id = u.id))`,
    [userId],
  );
  return rows.length > 0;
}

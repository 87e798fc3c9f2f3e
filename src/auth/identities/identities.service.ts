import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Problem } from '../../common/problem.js';
import { violatedUnique } from '../../common/to-problem.js';
import { NO_PENDING_EMAIL } from '../../users/pending-email.js';
import { User } from '../../users/user.entity.js';
import type { IdentitiesResponse } from './dto/identity.dto.js';
import { GOOGLE, Identity } from './identity.entity.js';
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
   * Unlinks, in a transaction, the Google logins of the user that do not have the address `email`, or all of them where
   * that is null. The identity of the issuer is not linked by a user: it stays. Returns whether there was any.
   */
  async unlinkOthers(manager: EntityManager, userId: string, email: string | null): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `DELETE FROM identities
        WHERE user_id = $1 AND provider = $2 AND (email IS NULL OR $3::text IS NULL OR email <> $3)`,
      [userId, GOOGLE, email],
    );
    return count > 0;
  }

  /** Whether the tokens of the issuer are the only way in to the account. */
  async isOfIssuerOnly(userId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT FROM users u
        WHERE id = $1 AND password_hash IS NULL AND EXISTS (SELECT FROM identities WHERE user_id = u.id)
          AND NOT EXISTS (SELECT FROM identities WHERE user_id = u.id AND provider = $2)`,
      [userId, GOOGLE],
    );
    return rows.length > 0;
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

  /** The account of someone who has been here. */
  async find(subject: Subject): Promise<User | null> {
    const identity = await this.dataSource.manager.findOne(Identity, {
      where: { ...subject },
      relations: { user: true },
    });
    return identity?.user ?? null;
  }

  /**
   * The address of the profile is verified, for the provider says so. Tries until nothing that it would take is taken, or
   * until another request made the account.
   */
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
      const createdAt = new Date();
      const emailVerifiedAt = account.email === null ? null : createdAt;
      const nothingYet = { passwordHash: null, deactivatedAt: null, deletedAt: null, ...NO_PENDING_EMAIL };
      const user = manager.create(User, { id: uuidv7(), createdAt, emailVerifiedAt, ...nothingYet, ...account });
      await manager.insert(User, user);
      await manager.insert(Identity, { ...subject, userId: user.id, email, createdAt });
      return user;
    });
  }
}

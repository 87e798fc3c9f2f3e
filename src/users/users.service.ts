import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { UserWithPresenceResponse } from '../changes/dto/user.dto.js';
import { readPage } from '../common/keyset.js';
import { Problem } from '../common/problem.js';
import { violatedUnique } from '../common/to-problem.js';
import type { SearchUsersQuery } from './dto/search-users.dto.js';
import type { OwnUserResponse, UserPageResponse } from './dto/user.dto.js';
import { NO_PENDING_EMAIL } from './pending-email.js';
import { PresenceReader } from './presence-reader.js';
import { User } from './user.entity.js';
import { toOwnUserResponse, toUserResponse } from './user.responses.js';

/** Whether `user` is in a group together with `:me`, who is in one with themselves too. */
const SHARES_A_GROUP = `EXISTS (
  SELECT FROM memberships mine JOIN memberships theirs USING (group_id)
   WHERE mine.user_id = :me AND mine.left_at IS NULL AND theirs.user_id = "user"."id" AND theirs.left_at IS NULL)`;

/** Accounts and the people behind them. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly presence: PresenceReader,
  ) {}

  /** Creates an account without an email address, and does `more` in the same transaction. Throws `username_taken`. */
  async create<T>(
    account: Pick<User, 'username' | 'displayName' | 'passwordHash'>,
    more: (manager: EntityManager, user: User) => Promise<T>,
  ): Promise<{ user: User; result: T }> {
    const nothingYet = {
      email: null,
      emailVerifiedAt: null,
      deactivatedAt: null,
      deletedAt: null,
      ...NO_PENDING_EMAIL,
    };
    const user = this.users.create({ id: uuidv7(), createdAt: new Date(), ...nothingYet, ...account });
    return this.users.manager.transaction(async (manager) => {
      await manager.insert(User, user).catch(refuseTaken);
      return { user, result: await more(manager, user) };
    });
  }

  /** Someone, unless they are deleted. */
  async find(id: string): Promise<User | null> {
    return this.users.findOneBy({ id, deletedAt: IsNull() });
  }

  /** The account of someone who logs in with a username or a verified email address, with its password hash. */
  async findForLogin(usernameOrEmail: string): Promise<User | null> {
    const field = usernameOrEmail.includes('@') ? 'email' : 'username';
    return this.users
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .where({ [field]: usernameOrEmail })
      .getOne();
  }

  /** Someone as `me` sees them. Throws `user_not_found`. */
  async get(me: string, id: string): Promise<UserWithPresenceResponse> {
    const user = await this.require(id);
    const presenceOf = await this.presence.seenBy(me, [id]);
    return { ...toUserResponse(user), ...presenceOf(id) };
  }

  /** Throws `user_not_found`. */
  async getOwn(id: string): Promise<OwnUserResponse> {
    return toOwnUserResponse(await this.require(id));
  }

  async rename(id: string, displayName: string): Promise<void> {
    await this.users.update({ id }, { displayName });
  }

  /**
   * Users in the order of their usernames, without those who are deactivated or deleted. Without a query only those who
   * share a group with `me`: nobody lists the whole directory.
   */
  async search(me: string, { query, ...page }: SearchUsersQuery): Promise<UserPageResponse> {
    const builder = this.users.createQueryBuilder('user');
    builder.where('user.deactivatedAt IS NULL AND user.deletedAt IS NULL');
    if (query === undefined) builder.andWhere(SHARES_A_GROUP, { me });
    else builder.andWhere('starts_with(user.username, :query)', { query });
    const found = await readPage(
      builder,
      { columns: { 'user.username': 'text' }, direction: 'ASC', keyOf: (user) => [user.username] },
      page,
    );
    return { ...found, items: found.items.map(toUserResponse) };
  }

  private async require(id: string): Promise<User> {
    const user = await this.find(id);
    if (!user) throw new Problem('user_not_found');
    return user;
  }
}

function refuseTaken(error: unknown): never {
  if (violatedUnique(error) !== 'users_username_key') throw error;
  throw new Problem('username_taken', undefined, { errors: [{ field: 'username', message: 'the username is taken' }] });
}

import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Not, Or, Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { UserWithPresenceResponse } from '../changes/dto/user.dto.js';
import { readPage } from '../common/keyset.js';
import { Problem } from '../common/problem.js';
import { violatedUnique } from '../common/to-problem.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';
import type { SearchUsersQuery } from './dto/search-users.dto.js';
import type { OwnUserResponse, UserPageResponse } from './dto/user.dto.js';
import { OneTimeToken } from './one-time-token.entity.js';
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

  /** Makes an account, in one transaction with what is done `first`. Throws `username_taken` or `email_taken`. */
  async create(
    account: Pick<User, 'username' | 'displayName' | 'email' | 'passwordHash'>,
    first: (manager: EntityManager) => Promise<void>,
  ): Promise<User> {
    const nothingYet = { emailVerifiedAt: null, deactivatedAt: null, deletedAt: null };
    const user = this.users.create({ id: uuidv7(), createdAt: new Date(), ...nothingYet, ...account });
    await this.users.manager.transaction(async (manager) => {
      await first(manager);
      await manager.insert(User, user).catch(refuseTaken);
    });
    return user;
  }

  /** Someone, unless they are deleted. */
  async find(id: string): Promise<User | null> {
    return this.users.findOneBy({ id, deletedAt: IsNull() });
  }

  /** The account of someone who logs in with a username or an email address, with its password hash. */
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

  /** A new email address is not verified, and ends the links that were sent to the old one. Throws `email_taken`. */
  async update(id: string, { displayName, email }: UpdateUserDto): Promise<OwnUserResponse> {
    if (displayName !== undefined) await this.users.update({ id }, { displayName });
    if (email !== undefined) await this.changeEmail(id, email).catch(refuseTaken);
    return this.getOwn(id);
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

  private async changeEmail(id: string, email: string | null): Promise<void> {
    await this.users.manager.transaction(async (manager) => {
      const other = email === null ? Not(IsNull()) : Or(IsNull(), Not(email));
      const { affected } = await manager.update(User, { id, email: other }, { email, emailVerifiedAt: null });
      if (affected) await manager.delete(OneTimeToken, { userId: id });
    });
  }

  private async require(id: string): Promise<User> {
    const user = await this.find(id);
    if (!user) throw new Problem('user_not_found');
    return user;
  }
}

function refuseTaken(error: unknown): never {
  const constraint = violatedUnique(error);
  if (constraint === 'users_username_key') throw new Problem('username_taken', undefined, takenField('username'));
  if (constraint === 'users_email_key') throw new Problem('email_taken', undefined, takenField('email'));
  throw error;
}

function takenField(field: string) {
  return { errors: [{ field, message: `the ${field} is taken` }] };
}

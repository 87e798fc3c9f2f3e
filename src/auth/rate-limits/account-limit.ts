import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { addressKey } from '../../common/address.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import type { LimitName } from '../../config/config.js';
import type { User } from '../../users/user.entity.js';
import type { Device } from '../sessions/device.js';
import { type LimitKey, RateLimits } from './rate-limits.js';

/** What a wrong guess is answered with; nothing else counts against an account. */
const WRONG: ReadonlySet<ProblemCode> = new Set(['invalid_credentials', 'wrong_password', 'username_taken']);

/** Where a login comes from, and the account that it is for, if there is one. */
export interface LoginAttempt {
  device: Device;
  user: Pick<User, 'id' | 'passwordHash'> | null;
}

type Taken = [name: LimitName, key: LimitKey];

/**
 * Limits what is tried on one account. Failures alone count, in windows that slide. Those of a login count for the account
 * and the network that it comes from, or the device, if it has logged in there before: so the guesses of others do not
 * keep the owner out. A larger limit for all networks together holds for those from which the account is not known.
 */
@Injectable()
export class AccountLimit {
  constructor(
    private readonly limits: RateLimits,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Does `work`, and counts it if it fails by a wrong guess. `account` is what was typed, known or not: two names of one
   * account are counted apart, so that a refusal does not tell that they are of the same. Without a login all attempts are
   * counted together. Throws `rate_limited`.
   */
  async attempt<T>(account: string, login: LoginAttempt | null, work: () => Promise<T>): Promise<T> {
    // Taken before, and given back after: of many guesses at once no more come through.
    const taken = login ? await this.takeForLogin(account, login) : await this.takeAll([['account', keyOf(account)]]);
    try {
      const result = await work();
      await this.giveBack(taken);
      return result;
    } catch (error) {
      if (!(error instanceof Problem && WRONG.has(error.code))) await this.giveBack(taken);
      throw error;
    }
  }

  /** Counts one that is done for an account, whatever comes of it. Throws `rate_limited`. */
  async count(name: LimitName, account: string): Promise<void> {
    await this.limits.take(name, keyOf(account));
  }

  /**
   * Counts a login with the right password against the user and that password, and no longer against the address or the
   * device. Throws `rate_limited`.
   */
  async succeeded({ id, passwordHash }: Pick<User, 'id' | 'passwordHash'>, device: Device): Promise<void> {
    await this.limits.giveBack('login', loginKey(device));
    await this.limits.take('passwordCheck', keyOf(`login:${id}`, passwordHash ?? ''));
  }

  /** The hash is a part of the keys: with another password, as after a reset, all counts of the account begin again. */
  private async takeForLogin(account: string, { device, user }: LoginAttempt): Promise<Taken[]> {
    const hash = user?.passwordHash ?? '';
    const isKnown = isKnownDevice(device, user);
    const from = isKnown ? `device:${device.known!.id}` : addressKey(device.address).network;
    const own: Taken = ['account', keyOf(account, hash, from)];
    const total: Taken = ['accountTotal', keyOf(account, hash)];
    if (isKnown) return this.takeAll([own]);
    // The guard went by the device, which is not known to this account: so the address counts after all.
    const strange = await this.takeAll(device.known ? [['login', addressKey(device.address)], own] : [own]);
    try {
      return [...strange, ...(await this.takeAll([total]))];
    } catch (refusal) {
      if (user && (await this.isLoggedInFrom(user.id, device.address))) return strange;
      await this.giveBack(strange);
      throw refusal;
    }
  }

  /** All or none. */
  private async takeAll(wanted: Taken[]): Promise<Taken[]> {
    const taken: Taken[] = [];
    try {
      for (const [name, key] of wanted) {
        await this.limits.take(name, key);
        taken.push([name, key]);
      }
      return taken;
    } catch (refusal) {
      await this.giveBack(taken);
      throw refusal;
    }
  }

  private async giveBack(taken: Taken[]): Promise<void> {
    for (const [name, key] of taken) await this.limits.giveBack(name, key);
  }

  private async isLoggedInFrom(userId: string, address: string | null): Promise<boolean> {
    if (address === null) return false;
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT FROM sessions WHERE user_id = $1 AND address::inet <<= $2::inet AND expires_at > now() LIMIT 1`,
      [userId, addressKey(address).network],
    );
    return rows.length > 0;
  }
}

/** What a login counts by before its account is known: the device, if it has logged in to any, or the address. */
export const loginKey = ({ known, address }: Pick<Device, 'known' | 'address'>): LimitKey =>
  known ? `device:${known.id}` : addressKey(address);

/** Whether the device has logged in to the account before. */
export const isKnownDevice = ({ known }: Device, user: Pick<User, 'id'> | null): boolean =>
  known !== undefined && user !== null && known.accounts.includes(user.id);

/** Short, and no name or address is written to Redis. */
const keyOf = (...parts: string[]): string => createHash('sha256').update(parts.join('\0')).digest('base64url');

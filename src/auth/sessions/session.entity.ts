import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * SQL that says whether a session lives: its time has not run out, and it was used in the last seconds, as many as the
 * parameter `idle` says. A socket keeps no session alive by itself, and needs not: it closes with its access token, which is
 * refreshed for the next one.
 */
export const isLive = (table: string, idle: string): string => `NOT ${isOver(table, idle)}`;

/** The opposite of `isLive`, which finds what is over by the indexes of the two times. */
export const isOver = (table: string, idle: string): string =>
  `(${table}.expires_at <= now() OR ${table}.last_used_at <= now() - make_interval(secs => ${idle}))`;

/**
 * Someone logged in somewhere: the family of refresh tokens that came from one login. It is over when its row is gone or
 * by `isOver`. What `RefreshRotation` keeps in the row beside this is nobody else's business.
 */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('bytea', { name: 'family_hash', select: false })
  familyHash!: Buffer;

  @Column('bytea', { name: 'token_hash', select: false })
  tokenHash!: Buffer;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  /** Where it was last used from. */
  @Column('text', { nullable: true })
  address!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;

  /** Absolute: no refresh moves it. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Someone logged in somewhere: the family of refresh tokens that came from one login. It is over when its row is gone or
 * `expiresAt` has passed. What `RefreshRotation` keeps in the row beside this is nobody else's business.
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

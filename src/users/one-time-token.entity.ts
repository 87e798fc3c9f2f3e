import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a link that is good once allows: a new password, or the proof of an email address. */
export type LinkPurpose = 'reset' | 'verify';

/** A link that was given out and not used yet. It is good until `expiresAt`, or until its row is gone. */
@Entity('one_time_tokens')
export class OneTimeToken {
  /** SHA-256 of the token. */
  @PrimaryColumn('bytea')
  hash!: Buffer;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text')
  purpose!: LinkPurpose;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

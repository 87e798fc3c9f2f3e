import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person with an account. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  /** Lower case. */
  @Column('text')
  username!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  /** The verified address, unique, in lower case. Login, recovery and notices use this one alone. */
  @Column('text', { nullable: true })
  email!: string | null;

  /** When the address was proved to be theirs; null exactly when there is none. */
  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt!: Date | null;

  /** An address that waits for its link, in lower case. Not unique, and good for nothing. Void after `pendingEmailExpiresAt`. */
  @Column('text', { name: 'pending_email', nullable: true })
  pendingEmail!: string | null;

  @Column('timestamptz', { name: 'pending_email_expires_at', nullable: true })
  pendingEmailExpiresAt!: Date | null;

  /** The session that asked for the pending address; it may be over. */
  @Column('uuid', { name: 'pending_email_session', nullable: true })
  pendingEmailSession!: string | null;

  /** Argon2id in the PHC string format. Never selected unless asked for. */
  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Since when an operator keeps them out. */
  @Column('timestamptz', { name: 'deactivated_at', nullable: true })
  deactivatedAt!: Date | null;

  /** Since when there is nobody behind the row, which is kept for what they wrote. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}

import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from '../../users/user.entity.js';

/** The provider that users link by themselves. Any other is the issuer of tokens, by its URL. */
export const GOOGLE = 'google';

/** As whom a user is known elsewhere. */
@Entity('identities')
export class Identity {
  /** `google`, or the issuer of tokens by its URL. */
  @PrimaryColumn('text')
  provider!: string;

  /** Who it is there. Unique and never given to another, which an email address is not. */
  @PrimaryColumn('text')
  subject!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id' })
  user?: User;

  /** As the provider had it at first sight. */
  @Column('text', { nullable: true })
  email!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

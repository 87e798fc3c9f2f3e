import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { MemberRole } from '../changes/contract.js';
import { User } from '../users/user.entity.js';

/** A user's place in a group. It ends (`leftAt`) and may begin again; it is never erased while the group is. */
@Entity('memberships')
export class Membership {
  @PrimaryColumn('uuid', { name: 'group_id' })
  groupId!: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id' })
  user?: User;

  @Column('text')
  role!: MemberRole;

  @Column('bigint', { name: 'read_seq' })
  readSeq!: number;

  @Column('bigint')
  revision!: number;

  @Column('bigint', { name: 'joined_revision' })
  joinedRevision!: number;

  @Column('timestamptz', { name: 'joined_at' })
  joinedAt!: Date;

  @Column('timestamptz', { name: 'left_at', nullable: true })
  leftAt!: Date | null;

  @Column('uuid', { name: 'removed_by', nullable: true })
  removedBy!: string | null;
}

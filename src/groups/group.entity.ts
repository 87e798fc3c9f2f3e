import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GroupKind } from '../changes/contract.js';

/** A conversation. Its row holds the counters that order everything in it, and is locked to take from them. */
@Entity('groups')
export class Group {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: GroupKind;

  /** Null for a direct group. */
  @Column('text', { nullable: true })
  name!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { name: 'direct_key', nullable: true })
  directKey!: string | null;

  @Column('int', { name: 'member_count' })
  memberCount!: number;

  @Column('bigint', { name: 'last_seq' })
  lastSeq!: number;

  @Column('bigint')
  revision!: number;

  /** The revision at which name or description last changed. */
  @Column('bigint', { name: 'profile_revision' })
  profileRevision!: number;

  /** The revision at which a membership last changed. */
  @Column('bigint', { name: 'members_revision' })
  membersRevision!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_activity_at' })
  lastActivityAt!: Date;
}

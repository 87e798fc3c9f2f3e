import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ReactionSummary } from '../changes/contract.js';

/** A message as it is changed. It is written by `MessageWriter` and read through `changes/message-view`. */
@Entity('messages')
export class MessageRecord {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'group_id' })
  groupId!: string;

  @Column('bigint')
  revision!: number;

  @Column('uuid', { name: 'sender_id' })
  senderId!: string;

  @Column('text')
  text!: string;

  @Column('bytea', { name: 'sent_digest', nullable: true })
  sentDigest!: Buffer | null;

  @Column('timestamptz', { name: 'edited_at', nullable: true })
  editedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** What the message shows of its reactions, null for none; the reactions themselves are `ReactionRecord`s. */
  @Column('jsonb', { nullable: true })
  reactions!: ReactionSummary[] | null;

  @Column('timestamptz', { name: 'pinned_at', nullable: true })
  pinnedAt!: Date | null;

  @Column('uuid', { name: 'pinned_by', nullable: true })
  pinnedBy!: string | null;
}

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeBus } from '../changes/change-bus.js';
import type { Message } from '../changes/contract.js';
import { type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem, type ProblemCode } from '../common/problem.js';
import { Statements } from '../database/statements.js';
import { GroupAccess } from '../groups/group-access.js';
import { BUSY, GroupWriteQueue } from '../groups/group-write-queue.js';
import type { ChangeOutcome, MessageChange } from './message-change-sql.js';

type Row = MessageRow & ChangeOutcome;

/** The one way in which a stored message changes: with the group's next revision, and told to the group. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    private readonly access: GroupAccess,
    private readonly queue: GroupWriteQueue,
    private readonly bus: ChangeBus,
  ) {}

  /**
   * Changes a message of a group that the user is in, and returns it. Where nothing is to be changed, no revision is
   * taken. Throws `message_not_found`, also for messages of groups that the user may not see, `not_a_member`, and the
   * problems of the change.
   */
  async change(me: string, id: string, change: MessageChange, ...others: unknown[]): Promise<Message> {
    const values = [id, me, ...others];
    const first = await this.attempt(change, values, false);
    const row = isUndecided(first)
      ? await this.queue.inTurn(first.group_id, async (wait) => {
          const next = await this.attempt(change, values, wait);
          if (!isUndecided(next)) return next;
          return wait ? this.underLock(first.group_id, change, values) : BUSY;
        })
      : first;
    return this.settle(row, change);
  }

  /** Throws as `change`, for a user who only wants to look. */
  async requireReader(me: string, id: string): Promise<void> {
    const [message] = await this.dataSource.query<{ group_id: string }[]>(
      'SELECT group_id FROM messages WHERE id = $1',
      [id],
    );
    if (!message) throw new Problem('message_not_found');
    await this.access.read(me, message.group_id).catch(hideMessage);
  }

  private async attempt(change: MessageChange, values: unknown[], wait: boolean): Promise<Row> {
    const rows = wait
      ? await this.statements.run<Row>(`${change.name}-waiting`, change.waiting, values)
      : await this.statements.run<Row>(change.name, change.skipping, values);
    return only(rows);
  }

  /** What the change is decided upon was changed while it waited: now nothing can. */
  private underLock(groupId: string, change: MessageChange, values: unknown[]): Promise<Row> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT FROM groups WHERE id = $1 FOR NO KEY UPDATE', [groupId]);
      return only(await manager.query<Row[]>(change.waiting, values));
    });
  }

  private settle(row: Row, { event, limit }: MessageChange): Message {
    if (row.problem !== null) throw new Problem(row.problem as ProblemCode);
    if (row.is_wanted && row.is_limited) throw new Problem('limit_reached', limit!.detail);
    const message = toMessage(row);
    if (row.is_changed) {
      const { groupId, revision } = message;
      this.bus.publishToGroup(groupId, {
        kind: 'change',
        change: { event, payload: { groupId, revision, message } },
      });
    }
    return message;
  }
}

function only(rows: Row[]): Row {
  if (!rows[0]) throw new Problem('message_not_found');
  return rows[0];
}

function isUndecided({ problem, is_wanted, is_limited, is_changed }: Row): boolean {
  return problem === null && is_wanted && !is_limited && !is_changed;
}

/** A message of a group that one may not see does not exist. */
function hideMessage(error: unknown): never {
  if (error instanceof Problem && error.code === 'group_not_found') throw new Problem('message_not_found');
  throw error;
}

import { Injectable } from '@nestjs/common';
import type { Message } from '../changes/contract.js';
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, toMessage } from '../changes/message-view.js';
import { Problem } from '../common/problem.js';
import { Statements } from '../database/statements.js';
import { GroupAccess } from '../groups/group-access.js';
import type { ListMessagesQuery } from './dto/message-inputs.dto.js';
import type { MessagePageResponse } from './dto/message-page.dto.js';

/** Behind `SELECT` the values are hidden from the planner, which else would plan anew for each. */
const PAGE = `
  SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES}
   WHERE m.group_id = (SELECT $1::uuid) AND m.seq BETWEEN (SELECT $2::bigint) AND (SELECT $3::bigint)
   ORDER BY m.seq LIMIT (SELECT $4::int)`;

/** Reads a group's history. Items are always in seq order, whichever way they were asked for. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly statements: Statements,
    private readonly access: GroupAccess,
  ) {}

  async list(me: string, query: ListMessagesQuery): Promise<MessagePageResponse> {
    const { groupId, before, after, around, limit } = query;
    if ([before, after, around].filter((seq) => seq !== undefined).length > 1) {
      throw Problem.field('before', 'use only one of before, after and around');
    }
    const { group } = await this.access.read(me, groupId);
    const items = await this.range(groupId, range(group.lastSeq, query), limit);
    return toPage(items, group.lastSeq);
  }

  private async range(groupId: string, { from, to }: { from: number; to: number }, limit: number): Promise<Message[]> {
    const rows = await this.statements.run<MessageRow>('history-page', PAGE, [groupId, from, to, limit]);
    return rows.map(toMessage);
  }
}

/** Seqs have no gaps, so a page is a range of them. */
function range(lastSeq: number, { before, after, around, limit }: ListMessagesQuery): { from: number; to: number } {
  if (after !== undefined) return { from: after + 1, to: after + limit };
  const to = around === undefined ? (before ?? lastSeq + 1) - 1 : around + Math.floor((limit - 1) / 2);
  const newest = Math.min(to, lastSeq);
  return { from: newest - limit + 1, to: newest };
}

function toPage(items: Message[], lastSeq: number): MessagePageResponse {
  const first = items[0];
  const last = items.at(-1);
  return {
    items,
    prevCursor: first && first.seq > 1 ? String(first.seq) : null,
    nextCursor: last && last.seq < lastSeq ? String(last.seq) : null,
  };
}

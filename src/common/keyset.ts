import { isUUID } from 'class-validator';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Page } from './page.js';
import { Problem } from './problem.js';

type KeyValue = string;

const IS_VALID = {
  time: isTime,
  id: (value: KeyValue) => isUUID(value, 'loose'),
  text: (value: KeyValue) => value.isWellFormed() && !value.includes('\0'),
};

/** The order of a list by columns that together are unique, so that a page can start after any row of it. */
export interface Keyset<T> {
  /** Property paths of the query, as `alias.property`, with the kind of value that each holds. */
  columns: Record<string, keyof typeof IS_VALID>;
  direction: 'ASC' | 'DESC';
  keyOf: (item: T) => KeyValue[];
}

/** Reads one page of `query` in the order of `keyset`, with cursors for the pages before and after it. */
export async function readPage<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  keyset: Keyset<T>,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<T>> {
  const from = cursor === undefined ? undefined : decode(cursor, keyset);
  const backwards = from?.way === 'prev';
  const direction = backwards === (keyset.direction === 'ASC') ? 'DESC' : 'ASC';
  const columns = Object.keys(keyset.columns);
  if (from) {
    const parameters = Object.fromEntries(from.key.map((value, index) => [`key${index}`, value]));
    const comparison = direction === 'ASC' ? '>' : '<';
    query.andWhere(
      `(${columns.join(', ')}) ${comparison} (${Object.keys(parameters)
        .map((name) => `:${name}`)
        .join(', ')})`,
      parameters,
    );
  }
  for (const column of columns) query.addOrderBy(column, direction);
  const found = await query.limit(limit + 1).getMany();
  const items = found.slice(0, limit);
  if (backwards) items.reverse();
  const more = found.length > limit;
  const cursorAt = (item: T | undefined, way: 'next' | 'prev') => (item ? encode(way, keyset.keyOf(item)) : null);
  return {
    items,
    nextCursor: backwards || more ? cursorAt(items.at(-1), 'next') : null,
    prevCursor: (backwards ? more : from) ? cursorAt(items[0], 'prev') : null,
  };
}

/** Whether it is a time as `toISOString` writes it, of a year that PostgreSQL knows too. */
function isTime(value: string): boolean {
  const time = new Date(value);
  return /^(?!0000)\d{4}-/.test(value) && !Number.isNaN(time.getTime()) && time.toISOString() === value;
}

function encode(way: 'next' | 'prev', key: KeyValue[]): string {
  return Buffer.from(JSON.stringify([way, ...key])).toString('base64url');
}

function decode<T>(cursor: string, keyset: Keyset<T>): { way: 'next' | 'prev'; key: KeyValue[] } {
  const kinds = Object.values(keyset.columns);
  try {
    const [way, ...key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const fits = (value: unknown, index: number) => typeof value === 'string' && IS_VALID[kinds[index]!](value);
    if ((way === 'next' || way === 'prev') && key.length === kinds.length && key.every(fits)) {
      return { way, key: key as KeyValue[] };
    }
  } catch {
    // Not ours: refused below.
  }
  throw Problem.field('cursor', 'must be one that a page of this list gave');
}

import { IsOptional } from 'class-validator';
import { IsId, IsWhole } from '../common/fields.js';

export const MAX_SYNC = 200;

/** `group:sync`: what changed after a revision. */
export class SyncCommand {
  @IsId()
  groupId!: string;

  @IsWhole(0)
  after!: number;

  /** What was made after this comes as new; `after` when it is absent. */
  @IsOptional()
  @IsWhole(0)
  since?: number;

  @IsOptional()
  @IsWhole(1, MAX_SYNC)
  limit: number = 100;
}

/** `typing`. */
export class TypingCommand {
  @IsId()
  groupId!: string;
}

import { isUUID } from 'class-validator';
import { Problem } from '../common/problem.js';
import type { SendMessageDto } from './dto/message-inputs.dto.js';

/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header) is the message id. It may come quoted, as that
 * draft's structured field, or bare, as most clients send it.
 */
export function withIdempotencyKey(dto: SendMessageDto, key: string | undefined): SendMessageDto {
  if (key === undefined) return dto;
  const id = key.replace(/^"(.*)"$/, '$1').toLowerCase();
  if (!isUUID(id, 'loose')) throw Problem.field('Idempotency-Key', 'must be a UUID');
  if (dto.id !== undefined && dto.id !== id) throw Problem.field('Idempotency-Key', 'must be the same as id');
  return { ...dto, id };
}

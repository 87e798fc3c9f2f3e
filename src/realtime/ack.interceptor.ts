import { type CallHandler, type ExecutionContext, Injectable, Logger, type NestInterceptor } from '@nestjs/common';
import { catchError, map, type Observable, of } from 'rxjs';
import type { Ack } from '../changes/contract.js';
import { toProblem } from '../common/to-problem.js';

/** Makes every answer of the gateway an acknowledgement, `{ data }` or `{ error }`, failed validation included. */
@Injectable()
export class AckInterceptor implements NestInterceptor<unknown, Ack<unknown>> {
  private readonly logger = new Logger('Socket');

  intercept(context: ExecutionContext, next: CallHandler): Observable<Ack<unknown>> {
    return next.handle().pipe(
      map((data: unknown) => ({ data })),
      catchError((error: unknown) => {
        const problem = toProblem(error);
        if (problem.status >= 500) this.logger.error(`${context.getHandler().name}: ${describe(error)}`);
        return of({ error: problem.toDetails() });
      }),
    );
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

import type { ProblemDetails } from '../../src/changes/contract';

/** An error with something to tell the user: the server's problem details, or one made here in the same shape. */
export class Problem extends Error {
  constructor(readonly details: ProblemDetails) {
    super(details.detail);
  }

  get code(): string {
    return this.details.code;
  }

  get status(): number {
    return this.details.status;
  }

  /** What is wrong with a field of a form. */
  field(name: string): string | undefined {
    return this.details.errors?.find(({ field }) => field === name)?.message;
  }
}

/** A problem that arose on this side of the network; its status is 0. */
export function localProblem(code: string, detail: string): Problem {
  return new Problem({ type: 'about:blank', title: detail, status: 0, detail, code });
}

/** What to tell the user about whatever was thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'Something went wrong in the page. Reload it and try again.';
  return error.details.errors?.[0]?.message ?? error.details.detail;
}

/** Whether something that came over the network has the shape of a problem. */
export function isProblemDetails(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value;
}

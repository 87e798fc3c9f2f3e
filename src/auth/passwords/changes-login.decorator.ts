import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiProblems, BODY_PROBLEMS } from '../../common/api-problems.decorator.js';
import type { ProblemCode } from '../../common/problem.js';

export const CHANGES_LOGIN = 'messendger:changes-login';

/**
 * Marks a route that changes how one gets in to the account, or ends a session. Such a route asks `Reauthentication` for a
 * proof, and documents its refusals; `codes` are the further ones. `test/e2e/login-changes.spec.ts` tries each marked
 * route with an access token alone, and fails for one that it does not know.
 */
export const ChangesLogin = (...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(
    SetMetadata(CHANGES_LOGIN, true),
    ApiProblems(...BODY_PROBLEMS, 'wrong_password', 'login_needed', 'session_needed', ...codes),
  );

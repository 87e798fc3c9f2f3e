/** Why the product cannot start, in words for who starts it: no stack is needed to understand it. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

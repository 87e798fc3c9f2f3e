/** All is well. */
export class HealthResponse {
  /** @example 'ok' */
  status!: 'ok';
}

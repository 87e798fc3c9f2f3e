/** An error, over HTTP and in acknowledgements alike: RFC 9457 problem details with a stable `code`. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** What is wrong with which field of the input. */
  errors?: { field: string; message: string }[];
  /** Seconds after which a repeat may succeed. */
  retryAfter?: number;
}

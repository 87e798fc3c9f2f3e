/** One page of a list. A null cursor: there is nothing further that way. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  prevCursor: string | null;
}

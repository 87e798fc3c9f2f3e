/** The account that a link is for. */
export class LinkAccountResponse {
  /** @example 'ann' */
  username!: string;
}

import { domainToASCII } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Addresses are compared as they are written in one way: the domain as DNS has it, the rest composed. Those that were stored
 * in another way are written anew, so that they are found. Where that would be the address of another account, the account
 * keeps what it has: by it nobody is found, and its username logs in.
 */
export class EmailDomains1764720000000 implements MigrationInterface {
  name = 'EmailDomains1764720000000';

  async up(runner: QueryRunner): Promise<void> {
    const rows = (await runner.query(
      'SELECT id, email FROM users WHERE octet_length(email) <> char_length(email) ORDER BY created_at, id',
    )) as { id: string; email: string }[];
    for (const { id, email } of rows) {
      const at = email.lastIndexOf('@');
      const domain = domainToASCII(email.slice(at + 1));
      if (domain === '') continue;
      const normal = `${email.slice(0, at).toLowerCase().normalize('NFC')}@${domain}`;
      await runner.query(
        'UPDATE users SET email = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM users WHERE email = $2)',
        [id, normal],
      );
    }
  }

  /** What is written in the new way was an address in the old way too. */
  async down(): Promise<void> {}
}

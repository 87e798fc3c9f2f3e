import { Injectable } from '@nestjs/common';
import { Algorithm, hash, verify } from '@node-rs/argon2';

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. */
const OPTIONS = { algorithm: 2 satisfies Algorithm, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes and checks passwords on the thread pool, so that the event loop goes on. */
@Injectable()
export class Passwords {
  /** The hash of no password, so that checking against nobody takes as long as against somebody. */
  private readonly nobody = hash('nobody', OPTIONS);

  hash(password: string): Promise<string> {
    return hash(password, OPTIONS);
  }

  /** Whether the password is the one that was hashed. Without a hash: false, after the same time. */
  async matches(password: string, hashed: string | null | undefined): Promise<boolean> {
    const matches = await verify(hashed ?? (await this.nobody), password);
    return matches && hashed !== null && hashed !== undefined;
  }
}

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Bytes of each half of a token: what those of a session share, and what is new in each. */
const HALF = 32;
const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

/**
 * A refresh token: 64 random bytes, of which the first 32 stay the same for as long as the session lasts. So an old token
 * is known to be of its session although no old token is stored, and one that was made up is of none.
 */
export class RefreshToken {
  private constructor(private readonly bytes: Buffer) {}

  /** The first one of a new session. */
  static first(): RefreshToken {
    return new RefreshToken(randomBytes(2 * HALF));
  }

  /** Null for what can not be one. */
  static parse(text: string): RefreshToken | null {
    return /^[\w-]{86}$/.test(text) ? new RefreshToken(Buffer.from(text, 'base64url')) : null;
  }

  /** A new one of the same session. */
  successor(): RefreshToken {
    return new RefreshToken(Buffer.concat([this.family, randomBytes(HALF)]));
  }

  /** What is stored of the session's half. */
  get familyHash(): Buffer {
    return sha256(this.family);
  }

  /** What is stored of the token. */
  get hash(): Buffer {
    return sha256(this.bytes);
  }

  /** Encrypts the successor, so that whoever has this token, and nobody else, can read it from the database. */
  seal(successor: RefreshToken): Buffer {
    const iv = randomBytes(IV);
    const cipher = createCipheriv(CIPHER, this.sealingKey, iv);
    const sealed = Buffer.concat([cipher.update(successor.bytes), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** The successor that this token sealed. Throws for any other. */
  unseal(box: Buffer): RefreshToken {
    const decipher = createDecipheriv(CIPHER, this.sealingKey, box.subarray(0, IV));
    decipher.setAuthTag(box.subarray(IV, IV + TAG));
    return new RefreshToken(Buffer.concat([decipher.update(box.subarray(IV + TAG)), decipher.final()]));
  }

  /** As it travels: 86 characters of base64url. */
  toString(): string {
    return this.bytes.toString('base64url');
  }

  private get family(): Buffer {
    return this.bytes.subarray(0, HALF);
  }

  private get sealingKey(): Buffer {
    return Buffer.from(hkdfSync('sha256', this.bytes, '', 'messendger refresh token successor', HALF));
  }
}

/** Fit for what is random: nothing can be guessed, so it need not be slow. */
function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

import { readFileSync } from 'node:fs';

/** The settings that hold a secret. Each may be in a file instead, which its name with `_FILE` behind it says. */
export const SECRET_SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'JWT_SECRET', 'GOOGLE_CLIENT_SECRET'] as const;

/** What is wrong with one setting that names a file. */
export class SecretFileError extends Error {
  constructor(setting: string, reason: string) {
    super(
      `${setting} cannot be used: ${reason}. (A file with nothing but the secret. Example: ${setting}=/run/secrets/x)`,
    );
  }
}

/**
 * The given settings, with each secret that is in a file read from there, without the line break at its end. Throws a
 * SecretFileError when both are set, and for a file that is empty or cannot be read.
 */
export function withSecretFiles(given: Record<string, string | undefined>): Record<string, string | undefined> {
  const values = { ...given };
  for (const name of SECRET_SETTINGS) {
    const setting = `${name}_FILE`;
    const path = given[setting];
    if (path === undefined) continue;
    if (given[name] !== undefined)
      throw new SecretFileError(setting, `${name} is set too, and only one of them may be`);
    values[name] = read(setting, path);
  }
  return values;
}

function read(setting: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    throw new SecretFileError(
      setting,
      `the file cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  if (text === '') throw new SecretFileError(setting, `the file ${path} is empty`);
  return text;
}

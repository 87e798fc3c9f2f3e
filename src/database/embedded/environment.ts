/** What PostgreSQL's programs need of the environment. */
const NEEDED =
  /^(PATH|HOME|USER|TMPDIR|TEMP|TMP|TZ|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|SystemRoot|SystemDrive|windir|ComSpec)$/i;

/**
 * The environment for PostgreSQL's programs: PG* variables would change what they do, locales what they print, and our own
 * secrets are none of their business.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => NEEDED.test(name));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

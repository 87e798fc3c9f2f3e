/** The environment for PostgreSQL's programs: PG* variables would change what they do, and locales what they print. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|NODE_)/.test(name));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

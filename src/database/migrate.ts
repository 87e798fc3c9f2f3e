import { loadConfig } from '../config/load-config.js';
import { openDatabase } from './open-database.js';

/** `npm run migrate`: brings the configured database up to date and ends. The application does the same at its start. */
const print = (line: string) => console.log(line);
try {
  const database = await openDatabase(loadConfig(), print);
  await database.close();
  print('The database is up to date.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

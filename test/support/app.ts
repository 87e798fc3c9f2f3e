import 'reflect-metadata';
import { ConsoleLogger, Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/app.js';
import { Config } from '../../src/config/config.js';
import { createDatabase, type TestDatabase } from './database.js';

export const TEST_SECRET = 'a secret that only the tests know: 0123456789';

/** A running Messendger, the same application that `npm start` runs, with a database of its own. */
export interface TestApp {
  url: string;
  nest: NestExpressApplication;
  database: TestDatabase;
  close(): Promise<void>;
}

/** Starts the application. With `database`, a further node on that database, which it then leaves alone. */
export async function startApp(settings: Partial<Config> = {}, database?: TestDatabase): Promise<TestApp> {
  Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));
  const own = database ?? (await createDatabase());
  const config = new Config({
    host: '127.0.0.1',
    port: 0,
    databaseUrl: own.url,
    jwtSecret: TEST_SECRET,
    rateLimits: false,
    ...settings,
  });
  const nest = await createApp(config);
  await nest.listen(config.port, config.host);
  return {
    url: await nest.getUrl(),
    nest,
    database: own,
    close: async () => {
      await nest.close();
      if (!database) await own.drop();
    },
  };
}

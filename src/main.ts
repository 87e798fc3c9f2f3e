import 'reflect-metadata';
import { type INestApplication, Logger } from '@nestjs/common';
import { AppLogger } from './app-logger.js';
import { createApp } from './app.js';
import { StartupError } from './common/startup-error.js';
import { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { warningsOf } from './config/warnings.js';
import { openDatabase } from './database/open-database.js';
import { stopOnSignal } from './stop-on-signal.js';

// As process 1 of a container, Node would ignore the signals until somebody listens.
const abort = () => process.exit(1);
process.on('SIGTERM', abort).on('SIGINT', abort);

try {
  await start();
} catch (error) {
  process.stderr.write(`Messendger cannot start.\n${explain(error)}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  const began = Date.now();
  const config = loadConfig();
  const logger = new AppLogger({ json: config.production });
  Logger.overrideLogger(logger);
  for (const line of warningsOf(config)) logger.warn(line);
  const database = await openDatabase(config, (line) => logger.log(line));
  try {
    const app = await createApp(new Config({ ...config, databaseUrl: database.url }));
    app.useLogger(logger);
    await app.listen(config.port, config.host);
    stopOnSignal(app, database, config.shutdownTimeout, logger);
    process.off('SIGTERM', abort).off('SIGINT', abort);
    const url = await urlOf(app, config.host);
    logger.log(`Ready in ${((Date.now() - began) / 1000).toFixed(1)} s: the page is at ${url}, the API at ${url}/docs`);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Where a browser on this machine finds it. */
async function urlOf(app: INestApplication, host: string): Promise<string> {
  const { port, protocol } = new URL(await app.getUrl());
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `${protocol}//${name.includes(':') ? `[${name}]` : name}:${port || 80}`;
}

/** A configuration error or a refused start explains itself; anything else needs its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') return `The port is in use by another program: ${error.message}. Set PORT to another one.`;
  return error instanceof StartupError ? error.message : (error.stack ?? error.message);
}

import type { Server } from 'node:http';
import type { INestApplication, LoggerService } from '@nestjs/common';
import { letConnectionsGo } from './common/server-limits.js';
import type { OpenDatabase } from './database/open-database.js';

/** `npm start` passes a signal on that the terminal has sent to the whole group already: it comes twice. Milliseconds. */
const ECHO = 1_000;

/**
 * Stops on SIGTERM and SIGINT: no longer ready, no new work, what runs is finished, sockets are told and closed, then the
 * database. Exits with 0, or with 1 when the deadline cut it off. A second signal does not wait.
 */
export function stopOnSignal(
  app: INestApplication,
  database: OpenDatabase,
  deadline: number,
  logger: LoggerService,
): void {
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (Date.now() - stoppingSince > ECHO) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    logger.log(`${signal}: stopping`);
    letConnectionsGo(app.getHttpServer() as Server);
    setTimeout(() => {
      logger.error(`Could not stop within ${deadline} s`);
      process.exit(1);
    }, deadline * 1000).unref();
    app
      .close()
      .then(() => database.close())
      .then(() => {
        logger.log('Stopped');
        process.exit(0);
      })
      .catch((error: unknown) => {
        logger.error(error);
        process.exit(1);
      });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

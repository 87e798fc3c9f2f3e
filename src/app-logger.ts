import { ConsoleLogger } from '@nestjs/common';

/** What Nest says of itself while it starts: of no use to who runs the product. */
const CHATTER = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Writes lines for people in development, and JSON in production. */
export class AppLogger extends ConsoleLogger {
  constructor({ json }: { json: boolean }) {
    super('Messendger', { json });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!CHATTER.has(rest.at(-1) as string)) super.log(message, ...(rest as []));
  }
}

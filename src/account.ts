import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccountSwitch } from './auth/account-switch.js';
import { AuthModule } from './auth/auth.module.js';
import { Invites } from './auth/registration/invites.js';
import { ChangeBus } from './changes/change-bus.js';
import { ChangesModule } from './changes/changes.module.js';
import { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { loadConfig } from './config/load-config.js';
import { DatabaseModule } from './database/database.module.js';
import { urlOfRunning } from './database/embedded/running.js';
import { openDatabase } from './database/open-database.js';

const USAGE = `npm run account -- reset-link <username>   prints a link by which the user chooses a new password
npm run account -- verify-link <username>  prints a link that confirms the email address that the user entered
npm run account -- deactivate <username>   ends all sessions of the user, and lets them in no more
npm run account -- activate <username>     lets the user in again
npm run account -- invite                  prints a link by which one person makes an account`;

interface Services {
  accounts: AccountSwitch;
  invites: Invites;
}
type Command = (services: Services, username?: string) => Promise<string>;

/** Each takes as many words as it has parameters. */
const COMMANDS: Record<string, Command> = {
  invite: async ({ invites }) => invites.make(),
  'reset-link': ({ accounts }, username) => accounts.resetLink(username!),
  'verify-link': ({ accounts }, username) => accounts.verifyLink(username!),
  deactivate: async ({ accounts }, username) => {
    await accounts.deactivate(username!);
    return `${username} is deactivated.`;
  },
  activate: async ({ accounts }, username) => {
    await accounts.activate(username!);
    return `${username} is active.`;
  },
};

@Module({})
class AccountCommandModule {}

/** The operator's commands for accounts, beside a server that runs, or without one. */
const [name = '', ...words] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (!command || words.length !== command.length - 1 || words.includes('')) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    console.log(await withAccounts((services) => command(services, ...words)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function withAccounts<T>(work: (services: Services) => Promise<T>): Promise<T> {
  const config = loadConfig();
  // The embedded database of a server that runs is its own: used, and left alone.
  const running = config.databaseUrl ?? (await urlOfRunning(config.dataDir)) ?? null;
  const database = await openDatabase({ ...config, databaseUrl: running } as Config, (line) => console.error(line));
  const imports = [ConfigModule.with(new Config({ ...config, databaseUrl: database.url })), DatabaseModule];
  const app = await NestFactory.createApplicationContext(
    { module: AccountCommandModule, imports: [...imports, ChangesModule, AuthModule] },
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    const bus = app.get(ChangeBus);
    await bus.connected();
    const result = await work({ accounts: app.get(AccountSwitch), invites: app.get(Invites) });
    await bus.flushed();
    return result;
  } finally {
    await app.close();
    await database.close();
  }
}

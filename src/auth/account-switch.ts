import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Problem } from '../common/problem.js';
import { Config } from '../config/config.js';
import { pendingEmailOf } from '../users/pending-email.js';
import { User } from '../users/user.entity.js';
import { OneTimeLinks } from './passwords/one-time-links.js';
import { SessionsService } from './sessions/sessions.service.js';

/** What an operator does to an account. Each throws `user_not_found`, and `resetLink` also `password_login_disabled`. */
@Injectable()
export class AccountSwitch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly links: OneTimeLinks,
    private readonly config: Config,
  ) {}

  /** Keeps the user out: all sessions and links end, and nobody logs in. */
  async deactivate(username: string): Promise<void> {
    const { id } = await this.find(username);
    const tell = await this.dataSource.transaction(async (manager) => {
      await manager.update(User, { id, deactivatedAt: IsNull() }, { deactivatedAt: new Date() });
      await this.links.endAll(manager, id);
      return this.sessions.endAccountWithin(manager, id);
    });
    tell();
  }

  /** Lets the user in again. */
  async activate(username: string): Promise<void> {
    const { id } = await this.find(username);
    await this.dataSource.manager.update(User, { id }, { deactivatedAt: null });
  }

  /** A link by which a new password can be chosen, to be handed to the user. */
  async resetLink(username: string): Promise<string> {
    if (!this.config.passwordLogin) throw new Problem('password_login_disabled');
    const { id, email } = await this.find(username);
    const link = await this.links.make(id, email, 'reset');
    if (link === null) throw new Problem('user_not_found');
    return link;
  }

  /** A link by which the address that waits is confirmed, to be handed to the user. Throws `no_email` where none waits. */
  async verifyLink(username: string): Promise<string> {
    const user = await this.find(username);
    const link = await this.links.make(user.id, pendingEmailOf(user), 'verify');
    if (link === null) throw new Problem('no_email', `No email address of ${username} waits for a link.`);
    return link;
  }

  private async find(username: string): Promise<User> {
    const user = await this.dataSource.manager.findOneBy(User, {
      username: username.toLowerCase(),
      deletedAt: IsNull(),
    });
    if (!user) throw new Problem('user_not_found', `There is no user ${username}.`);
    return user;
  }
}

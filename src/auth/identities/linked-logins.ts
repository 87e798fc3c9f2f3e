import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { violatedUnique } from '../../common/to-problem.js';
import { Notices } from '../mail/notices.js';
import { holdUser, Reauthentication } from '../passwords/reauthentication.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { IdentitiesService, type Subject } from './identities.service.js';
import { Identity } from './identity.entity.js';

/** The session that asked to link a login, after its owner gave a proof. */
export interface LinkRequest {
  userId: string;
  sessionId: string;
}

/** Links accounts with logins at a provider, and unlinks them. Either way in that changes ends the other sessions. */
@Injectable()
export class LinkedLogins {
  constructor(
    private readonly dataSource: DataSource,
    private readonly identities: IdentitiesService,
    private readonly reauthentication: Reauthentication,
    private readonly sessions: SessionsService,
    private readonly notices: Notices,
  ) {}

  /** What to hand to `link` when the user is back from the provider. Throws as `Reauthentication.confirm`. */
  async request(me: Principal, password: string | undefined): Promise<LinkRequest> {
    await this.reauthentication.confirm(me, password);
    // An access token without a session is refused there.
    return { userId: me.userId, sessionId: me.sessionId! };
  }

  /**
   * Lets someone log in as the user who asked. Throws `identity_taken` when they have another account, or the account
   * another one, and `session_ended` when the session that gave the proof is over, as it is with the account.
   */
  async link(request: LinkRequest, subject: Subject, email: string | null): Promise<void> {
    const done = await this.insert(request, subject, email).catch(async (error: unknown) => {
      if (!violatedUnique(error)) throw error;
      if ((await this.identities.find(subject))?.id !== request.userId) throw new Problem('identity_taken');
      return null;
    });
    if (!done) return;
    done.tell();
    this.notices.tell(done.user, 'identityLinked');
  }

  /** Throws `identity_not_found`, `last_way_in` when there would be no way left to log in, and as `Reauthentication.confirm`. */
  async unlink(me: Principal, password: string | undefined, provider: string): Promise<void> {
    const { user, tell } = await this.reauthentication.act(me, password, async (manager, user) => {
      const { affected } = await manager.delete(Identity, { userId: user.id, provider });
      if (!affected) throw new Problem('identity_not_found');
      const isLast = user.passwordHash === null && !(await manager.existsBy(Identity, { userId: user.id }));
      if (isLast) throw new Problem('last_way_in');
      return { user, tell: await this.sessions.endAllWithin(manager, user.id, { except: me.sessionId }) };
    });
    tell();
    this.notices.tell(user, 'identityUnlinked');
  }

  private insert({ userId, sessionId }: LinkRequest, { provider, subject }: Subject, email: string | null) {
    return this.dataSource.transaction(async (manager) => {
      const user = await holdUser(manager, userId, sessionId);
      await manager.insert(Identity, { provider, subject, userId, email, createdAt: new Date() });
      return { user, tell: await this.sessions.endAllWithin(manager, userId, { except: sessionId }) };
    });
  }
}

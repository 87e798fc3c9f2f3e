import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { ChangeLog } from './change-log.js';
import { ChatCommands } from './chat-commands.js';
import { ChatGateway } from './chat.gateway.js';
import { CommandGate } from './command-gate.js';
import { Connections } from './connections.js';
import { Entrance } from './entrance.js';
import { GroupFeeds } from './group-feeds.js';
import { GroupHeads } from './group-heads.js';
import { Handshake } from './handshake.js';
import { LocalPresence } from './local-presence.js';
import { MembershipSweep } from './membership-sweep.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence-store.js';
import { PresenceTeller } from './presence-teller.js';
import { Replays } from './replays.js';
import { SessionWatch } from './session-watch.js';
import { SlowConsumers } from './slow-consumers.js';
import { SyncService } from './sync.service.js';
import { TypingService } from './typing.service.js';
import { UserConnections } from './user-connections.js';

@Module({
  imports: [AuditModule, AuthModule, ChangesModule, DatabaseModule, GroupsModule, MessagesModule],
  providers: [
    ChangeLog,
    ChatCommands,
    ChatGateway,
    CommandGate,
    Connections,
    Entrance,
    GroupFeeds,
    GroupHeads,
    Handshake,
    LocalPresence,
    MembershipSweep,
    PresenceService,
    PresenceStore,
    PresenceTeller,
    Replays,
    SessionWatch,
    SlowConsumers,
    SyncService,
    TypingService,
    UserConnections,
  ],
})
export class RealtimeModule {}

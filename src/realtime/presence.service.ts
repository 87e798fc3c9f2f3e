import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ChatSocket } from './chat-socket.js';
import { LocalPresence } from './local-presence.js';
import { LEASE, PresenceStore } from './presence-store.js';
import { PresenceTeller } from './presence-teller.js';

/** How often who came and went is stored, read and told, in milliseconds. */
const TICK = 1_000;
/** How often a node says that it lives, in milliseconds. */
const BEAT = 3_000;
/** How long a node that stops may wait for the database, in milliseconds. */
const FAREWELL = 2_000;

/**
 * Who is online, on whichever node. Once a second a node stores who came to it and went from it, and tells its sockets
 * who came online and went offline anywhere. It waits for the database, and nobody waits for it.
 */
@Injectable()
export class PresenceService implements OnApplicationShutdown {
  private readonly logger = new Logger('Presence');
  private readonly timer = setInterval(() => void this.tick(), TICK).unref();
  private ticking: Promise<void> | undefined;
  private nodeId = randomUUID();
  private lastBeat = -Infinity;
  /** Since when it has beaten without a break; who was cut off itself calls nobody dead. */
  private steadySince: number | undefined;
  private horizon: string | null = null;
  /** What the last reading brought, by user: what the next one brings again is not told again. */
  private heard = new Map<string, string>();
  private failing = false;

  constructor(
    private readonly local: LocalPresence,
    private readonly store: PresenceStore,
    private readonly teller: PresenceTeller,
  ) {}

  /** Counts a connection as long as it lasts. */
  watch(socket: ChatSocket): void {
    const { id } = socket.data.user;
    this.local.open(id);
    socket.on('disconnect', () => this.local.close(id));
  }

  /** The node stops; its users have a moment to come back elsewhere. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    const left = (this.ticking ?? Promise.resolve()).then(() => this.store.leave(this.nodeId)).catch(() => undefined);
    await Promise.race([left, delay(FAREWELL, undefined, { ref: false })]);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async tick(): Promise<void> {
    if (this.ticking) return;
    this.ticking = this.keep().then(
      () => this.goOn(),
      (error: unknown) => this.standStill(String(error)),
    );
    await this.ticking;
    this.ticking = undefined;
  }

  private async keep(): Promise<void> {
    const isBeat = performance.now() - this.lastBeat >= BEAT;
    await this.write(isBeat);
    if (this.local.isEmpty && !isBeat) return;
    await this.read();
    await this.teller.tell();
  }

  private async write(isBeat: boolean): Promise<void> {
    const changes = this.local.due();
    if (changes.length === 0 && !isBeat) return;
    if (await this.store.write(this.nodeId, changes)) this.local.settle(changes);
    else await this.begin();
    this.lastBeat = performance.now();
    this.steadySince ??= this.lastBeat;
  }

  /** At the start, or after others took it for dead. */
  private async begin(): Promise<void> {
    this.nodeId = randomUUID();
    await this.store.register(this.nodeId);
    this.local.unsettle();
    this.steadySince = undefined;
  }

  private async read(): Promise<void> {
    const { horizon, hasDead, transitions } = await this.store.readOn(this.horizon);
    for (const transition of transitions) {
      if (this.heard.get(transition.userId) !== transition.version) this.teller.add(transition);
    }
    this.heard = new Map(transitions.map(({ userId, version }) => [userId, version]));
    this.horizon = horizon;
    if (hasDead && performance.now() - this.steadySince! >= LEASE) await this.store.buryDead();
  }

  /** The database is away: says so once. */
  private standStill(reason: string): void {
    if (!this.failing) this.logger.warn(`Presence stands still until the database is back: ${reason}`);
    this.failing = true;
    this.steadySince = undefined;
  }

  private goOn(): void {
    if (this.failing) this.logger.log('Presence goes on');
    this.failing = false;
  }
}

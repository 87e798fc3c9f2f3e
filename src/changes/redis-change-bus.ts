import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createClient } from 'redis';
import { ChangeBus, type News } from './change-bus.js';

const PREFIX = 'messendger:';
/** Publications that may wait for Redis; further ones are dropped, and found by the sweep. */
const MAX_WAITING = 10_000;
/** The longest pause between attempts to connect, in milliseconds. */
const MAX_PAUSE = 1_000;
/** How long who needs the other nodes waits for Redis, in milliseconds. */
const PATIENCE = 2_000;

type Client = ReturnType<typeof connect>;

/**
 * Carries news to the other nodes too, over Redis: a channel a group and a user, to which a node subscribes while somebody
 * listens there. Plain publish and subscribe, which a Redis Cluster passes on to all its nodes.
 *
 * Redis may be down, slow or restarted: what it loses the feeds find in the database, and nobody waits for it.
 */
export class RedisChangeBus extends ChangeBus implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  /** Marks what this node published, which it has delivered already. */
  private readonly origin = randomUUID();
  private readonly publisher: Client;
  private readonly subscriber: Client;
  private down = false;

  constructor(url: string) {
    super();
    this.publisher = this.open(url);
    this.subscriber = this.open(url);
    // After every connect: what was asked for while Redis was away is asked for now.
    this.subscriber.on('ready', () => this.subscribe(this.channels));
  }

  override async connected(): Promise<void> {
    if (this.publisher.isReady) return;
    await once(this.publisher, 'ready', { signal: AbortSignal.timeout(PATIENCE) }).catch(() => undefined);
  }

  override async flushed(): Promise<void> {
    if (!this.publisher.isReady) return;
    // Commands are carried out in order: what was published before this is done when this is.
    await Promise.race([this.publisher.ping(), delay(PATIENCE, undefined, { ref: false })]).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.publisher.destroy();
    this.subscriber.destroy();
  }

  protected override publish(channel: string, news: News): void {
    super.publish(channel, news);
    if (!this.publisher.isReady) return;
    this.publisher.publish(PREFIX + channel, this.origin + JSON.stringify(news)).catch(() => undefined);
  }

  protected override listen(channel: string, listener: (news: News) => void): () => void {
    const isFirst = !this.isListenedTo(channel);
    const stop = super.listen(channel, listener);
    if (isFirst) this.subscribe([channel]);
    return () => {
      stop();
      if (!this.isListenedTo(channel)) this.unsubscribe(channel);
    };
  }

  private subscribe(channels: string[]): void {
    if (channels.length === 0 || !this.subscriber.isReady) return;
    const names = channels.map((channel) => PREFIX + channel);
    this.subscriber.subscribe(names, this.receive).catch(() => undefined);
  }

  private unsubscribe(channel: string): void {
    if (!this.subscriber.isReady) return;
    this.subscriber.unsubscribe(PREFIX + channel, this.receive).catch(() => undefined);
  }

  private readonly receive = (text: string, name: string): void => {
    if (text.startsWith(this.origin)) return;
    super.publish(name.slice(PREFIX.length), JSON.parse(text.slice(this.origin.length)) as News);
  };

  private open(url: string): Client {
    const client = connect(url);
    // Without a listener an error would end the process.
    client.on('error', (error: unknown) => {
      if (!this.down) this.logger.warn(`Redis is away: changes of other nodes arrive with the sweep. ${String(error)}`);
      this.down = true;
    });
    client.on('ready', () => {
      if (this.down) this.logger.log('Redis is back');
      this.down = false;
    });
    client.connect().catch(() => undefined);
    return client;
  }
}

function connect(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    socket: { connectTimeout: 2_000, reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, MAX_PAUSE) },
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import { createClient, defineScript } from 'redis';
import type { Rate } from '../../config/config.js';
import { type Count, PIECES } from './sliding-window.js';

/** How long one waits for Redis, in milliseconds; after that nobody does for a while. */
const PATIENCE = 250;
const PAUSE = 1_000;

/** As `SlidingWindow`, by the clock of Redis. A hash for each key: the piece's number, and how many. */
const TAKE = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: `
    local points, duration, pieces = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local piece = duration / pieces
    local current = math.floor(now / piece)
    local counts = redis.call('HGETALL', KEYS[1])
    local total, oldest, newest = 0, nil, nil
    for i = 1, #counts, 2 do
      local number, count = tonumber(counts[i]), tonumber(counts[i + 1])
      if number <= current - pieces or count <= 0 then
        redis.call('HDEL', KEYS[1], counts[i])
      else
        total = total + count
        if not oldest or number < oldest then oldest = number end
        if not newest or number > newest then newest = number end
      end
    end
    local accepted = total < points
    if accepted then
      redis.call('HINCRBY', KEYS[1], string.format('%.0f', current), 1)
      redis.call('PEXPIRE', KEYS[1], math.ceil(duration))
      total, oldest, newest = total + 1, oldest or current, current
    end
    local retry = 0
    if total >= points then retry = math.ceil((oldest + pieces) * piece - now) end
    return { accepted and 1 or 0, points - total, retry, math.ceil((newest + pieces) * piece - now) }`,
  parseCommand(parser, key: string, points: number, duration: number) {
    parser.pushKey(key);
    parser.push(String(points), String(duration), String(PIECES));
  },
  transformReply: (reply: unknown) => reply as Reply,
});

const GIVE_BACK = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: `
    local newest
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
      if not newest or tonumber(field) > tonumber(newest) then newest = field end
    end
    if newest and redis.call('HINCRBY', KEYS[1], newest, -1) <= 0 then redis.call('HDEL', KEYS[1], newest) end
    return 0`,
  parseCommand(parser, key: string) {
    parser.pushKey(key);
  },
  transformReply: () => undefined,
});

type Reply = [accepted: number, remaining: number, retryIn: number, wholeIn: number];
type Client = ReturnType<typeof connect>;

/** Counts for all nodes together, in Redis. It may be away: then there is no answer, and nobody waits for one. */
export class SharedWindows {
  private readonly client: Client;
  private pausedUntil = 0;

  constructor(url: string) {
    this.client = connect(url);
    // Without a listener an error would end the process; the change bus logs that Redis is away.
    this.client.on('error', () => undefined);
    this.client.connect().catch(() => undefined);
  }

  async take(key: string, { points, duration }: Rate): Promise<Count | undefined> {
    const reply = (await this.ask(() => this.client.take(key, points, duration * 1000))) as Reply | undefined;
    if (!reply) return undefined;
    const [accepted, remaining, retryIn, wholeIn] = reply;
    return { accepted: accepted === 1, remaining, retryIn, wholeIn };
  }

  async giveBack(key: string): Promise<void> {
    await this.ask(() => this.client.giveBack(key));
  }

  close(): void {
    this.client.destroy();
  }

  private async ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (!this.client.isReady || Date.now() < this.pausedUntil) return undefined;
    const late = new AbortController();
    const reply = command().catch(() => undefined);
    const timeout = delay(PATIENCE, undefined, { signal: late.signal }).then(
      () => void (this.pausedUntil = Date.now() + PAUSE),
      () => undefined,
    );
    try {
      return (await Promise.race([reply, timeout])) ?? undefined;
    } finally {
      late.abort();
    }
  }
}

function connect(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1_000,
    scripts: { take: TAKE, giveBack: GIVE_BACK },
    socket: { connectTimeout: 2_000, reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, PAUSE) },
  });
}

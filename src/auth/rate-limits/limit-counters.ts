import type { LimitName, Rate } from '../../config/config.js';
import { isLocal, LocalLimits, type LocalName } from './local-limits.js';
import type { SharedWindows } from './shared-windows.js';
import { type Count, SlidingWindow } from './sliding-window.js';

/** Counts per limit and key: on this node, and in Redis for all nodes together what guards accounts. */
export class LimitCounters {
  private readonly local: LocalLimits;
  private readonly windows: Record<LimitName, SlidingWindow>;

  /** `prefix` keeps the keys in Redis apart from those of other counters. */
  constructor(
    private readonly rates: Readonly<Record<LimitName, Rate>>,
    private readonly shared: SharedWindows | null,
    private readonly prefix: string,
  ) {
    this.local = new LocalLimits(rates);
    const entries = Object.entries(rates).map(([name, rate]) => [name, new SlidingWindow(rate)]);
    this.windows = Object.fromEntries(entries) as Record<LimitName, SlidingWindow>;
  }

  async take(name: LimitName, key: string): Promise<Count> {
    if (isLocal(name)) return this.local.take(name, key);
    const own = this.windows[name].take(key);
    if (!own.accepted) return own;
    const all = await this.shared?.take(this.redisKey(name, key), this.rates[name]);
    if (all && !all.accepted) this.windows[name].giveBack(key);
    return all ? strictest(own, all) : own;
  }

  /** Takes back the last one that `key` took. */
  async giveBack(name: LimitName, key: string): Promise<void> {
    if (isLocal(name)) return this.local.giveBack(name, key);
    this.windows[name].giveBack(key);
    await this.shared?.giveBack(this.redisKey(name, key));
  }

  /** Milliseconds until `key` may take again; 0 when it may now. Counts nothing. */
  waitOf(name: LocalName, key: string): Promise<number> {
    return this.local.waitOf(name, key);
  }

  private redisKey(name: LimitName, key: string): string {
    return `messendger:${this.prefix}:${name}:${key}`;
  }
}

function strictest(own: Count, all: Count): Count {
  return !all.accepted || all.remaining < own.remaining ? all : own;
}

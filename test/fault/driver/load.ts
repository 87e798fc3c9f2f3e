import { randomUUID } from 'node:crypto';
import { delay } from '../stage/until.js';
import type { Account } from './account.js';
import type { Commander, Intent, Outcome } from './commander.js';
import type { Device } from './device.js';
import type { PlannedActor, Plan, Step } from './plan.js';

/** Messages that get reactions and pins. */
const RECENT = 50;
const EMOJI = ['👍', '❤️', '😂'];

/** Operations that may go on while a fault takes its time, before the load waits for it. */
const SLACK = 200;

interface Actor extends PlannedActor {
  account: Account;
  device: Device | undefined;
  /** Messages of this actor that were acknowledged: to be edited and deleted. */
  own: Sent[];
}

interface Sent {
  id: string;
  groupId: string;
  name: string;
}

export interface Cast {
  accounts: Account[];
  /** One for each actor of the plan; none for those over REST. */
  devices: (Device | undefined)[];
  groupIds: string[];
}

/** Everyone doing what the plan says, each one thing after the other, as fast as the answers come. */
export class Load {
  /** Operations that ended. */
  done = 0;
  /** Sends that were acknowledged. */
  sent = 0;
  /** The last messages that anyone had acknowledged, for reactions and pins. */
  private readonly latest: Sent[] = [];
  private allowed = 0;
  private ending = false;
  private words = 0;
  private failure: Error | undefined;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly plan: Plan,
    private readonly cast: Cast,
    private readonly commander: Commander,
    private readonly filler = '',
  ) {
    this.loops = plan.actors.map((planned, index) =>
      this.perform(
        { ...planned, account: cast.accounts[planned.person]!, device: cast.devices[index], own: [] },
        plan.stepsOf(index),
      ).catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      }),
    );
  }

  /** Resolves when `count` more operations have ended; the load then goes on for a while. */
  async more(count: number, deadline = 60_000): Promise<void> {
    const goal = this.done + count;
    this.allowed = goal + SLACK;
    const end = Date.now() + deadline;
    while (this.done < goal) {
      if (this.failure) throw this.failure;
      if (Date.now() > end) throw new Error(`${this.done} operations of ${goal} in ${deadline} ms`);
      await delay(2);
    }
  }

  /** Resolves when everything that was begun has an answer. */
  async end(): Promise<void> {
    this.ending = true;
    await Promise.all(this.loops);
    if (this.failure) throw this.failure;
  }

  /** Begins nothing more. */
  abort(): void {
    this.ending = true;
  }

  private async perform(actor: Actor, next: () => Step): Promise<void> {
    for (;;) {
      while (this.done >= this.allowed && !this.ending) await delay(2);
      if (this.ending) return;
      await this.step(actor, next());
      this.done += 1;
    }
  }

  private async step(actor: Actor, step: Step): Promise<void> {
    const groupId = this.cast.groupIds[step.group]!;
    switch (step.action) {
      case 'send': {
        await Promise.all(Array.from({ length: step.burst }, () => this.send(actor, step, groupId)));
        return;
      }
      case 'edit':
      case 'delete':
        return this.change(actor, step);
      case 'react':
      case 'pin':
        return this.mark(actor, step);
      case 'membership':
        return this.membership(actor, step, groupId);
      default:
        return noise(actor, step, groupId);
    }
  }

  private async send(actor: Actor, step: Step, groupId: string): Promise<void> {
    const name = `m${(this.words += 1)}`;
    const intent: Intent = { verb: 'send', groupId, messageId: randomUUID(), text: `${name} said${this.filler}` };
    const { end } = await this.insist(actor, step, intent);
    if (end !== 'ok') return;
    this.sent += 1;
    const message = { id: intent.messageId!, groupId, name };
    actor.own.push(message);
    this.latest.push(message);
    if (this.latest.length > RECENT) this.latest.shift();
  }

  private async change(actor: Actor, { action, pick, rest }: Step): Promise<void> {
    const { own } = actor;
    const message = own[Math.floor(pick * own.length)];
    if (!message) return;
    const { id: messageId, groupId, name } = message;
    const deleted = action === 'delete';
    if (deleted) own.splice(own.indexOf(message), 1);
    const text = deleted ? {} : { text: `${name} edit ${(this.words += 1)}` };
    await this.insist(actor, { rest }, { verb: deleted ? 'delete' : 'edit', groupId, messageId, ...text });
  }

  /** Of anybody's message; who is not in the group, or does not own it, is refused. */
  private async mark(actor: Actor, { action, pick, rest }: Step): Promise<void> {
    const message = this.latest[Math.floor(pick * this.latest.length)];
    if (!message) return;
    const { id: messageId, groupId } = message;
    const again = Math.floor(pick * 1_000) % 10;
    const verb = action === 'pin' ? (again < 6 ? 'pin' : 'unpin') : again < 7 ? 'react' : 'unreact';
    const emoji = action === 'react' ? { emoji: EMOJI[again % EMOJI.length]! } : {};
    await this.insist(actor, { rest }, { verb, groupId, messageId, ...emoji });
  }

  /** Those who drift come and go; owners take them in and put them out; nobody else's place changes. */
  private async membership(actor: Actor, { group, pick }: Step, groupId: string): Promise<void> {
    const { drifters, groups } = this.plan;
    const own = drifters.includes(actor.person);
    const owner = groups[group]!.owner === actor.person;
    if (!own && !owner) return;
    const comes = pick < 0.6;
    const drifter = own ? actor.person : drifters[Math.floor((pick * 97) % drifters.length)];
    if (drifter === undefined) return;
    const verb = own ? (comes ? 'join' : 'leave') : comes ? 'add' : 'remove';
    await this.insist(actor, { rest: true }, { verb, groupId, target: this.cast.accounts[drifter]!.id });
  }

  private insist(actor: Actor, { rest }: Pick<Step, 'rest'>, intent: Intent): Promise<Outcome> {
    return this.commander.insist(actor.account, intent, rest ? undefined : actor.device);
  }
}

/** What is not durable, and only has to be answered or lost. */
async function noise({ device }: Actor, { action, pick }: Step, groupId: string): Promise<void> {
  if (!device?.online) return;
  const seq = Math.floor(pick * 100);
  await (action === 'typing' ? device.command('typing', { groupId }) : device.command('group:read', { groupId, seq }))
    // Who has no line has nothing to say.
    .catch(() => undefined);
}

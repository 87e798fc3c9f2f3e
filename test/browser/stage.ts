import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Locator } from 'playwright-core';
import type { Group, Message } from '../../src/changes/contract.js';
import { Person } from '../support/person.js';
import { BuiltServer } from './built-server.js';
import { Relay } from './relay.js';
import { Visitor } from './visitor.js';

const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';

/** Two people in a group, which Ann owns. */
export interface Pair {
  ann: Person;
  ben: Person;
  group: Group;
  name: string;
}

/**
 * A server and a browser for the tests of one file. Whoever came to the page in a test leaves after it, and no page may
 * have thrown.
 */
export class Stage {
  private server!: BuiltServer;
  private browser!: Browser;
  private readonly visitors: Visitor[] = [];
  private readonly relays: Relay[] = [];

  /** Call it where the file begins: it hooks itself into the run. */
  static forThisFile(): Stage {
    const stage = new Stage();
    jest.setTimeout(60_000);
    beforeAll(() => stage.open());
    afterEach(() => stage.clear());
    afterAll(() => stage.close());
    return stage;
  }

  get url(): string {
    return this.server.url;
  }

  /** Someone with an account, at the page. */
  async at(person: Person, url = this.url, options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await this.visitor(url, options);
    await visitor.open('/');
    await visitor.logIn(person);
    return visitor;
  }

  /** Someone without an account, at an address of the page. */
  async newcomer(path = '/'): Promise<Visitor> {
    const visitor = await this.visitor(this.url);
    await visitor.open(path);
    return visitor;
  }

  /** Someone who has not opened the page yet. */
  async visitor(url = this.url, options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await Visitor.arrive(this.browser, url, options);
    this.visitors.push(visitor);
    return visitor;
  }

  /** A line to the server, to be cut. */
  async relay(): Promise<Relay> {
    const relay = await Relay.to(this.url);
    this.relays.push(relay);
    return relay;
  }

  async pair(): Promise<Pair> {
    const [ann, ben] = await Promise.all([Person.register(this.url, 'ann'), Person.register(this.url, 'ben')]);
    const group = await ann.group('public', ben);
    return { ann, ben, group, name: group.name! };
  }

  private async open(): Promise<void> {
    this.server = await BuiltServer.start();
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [...FLAGS.split(' '), '--disable-component-update', '--disable-sync'],
    });
  }

  private async clear(): Promise<void> {
    const left = this.visitors.splice(0);
    await Promise.all(left.map((visitor) => visitor.leave()));
    await Promise.all(this.relays.splice(0).map((relay) => relay.cut()));
    expect(left.flatMap(({ faults }) => faults)).toEqual([]);
  }

  private async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }
}

/** Sends "Message 1." and so on, and returns the texts. */
export async function sendMany(person: Person, group: Group, count: number): Promise<string[]> {
  const texts = Array.from({ length: count }, (_, index) => `Message ${index + 1}.`);
  for (const text of texts) await person.send(group.id, text);
  return texts;
}

/** The newest messages of a group, as the server has them. */
export async function stored(person: Person, group: Group): Promise<Message[]> {
  const { body } = await person.api.get<{ items: Message[] }>(`/messages?groupId=${group.id}&limit=100`);
  return body.items;
}

/** Resolves once a person has nothing unread in a group. */
export async function untilRead(person: Person, group: Group): Promise<void> {
  await until(async () => {
    const { body } = await person.api.get<Group>(`/groups/${group.id}`);
    return body.membership?.unread === 0;
  }, 'the group to be read');
}

/** Resolves once the condition holds. */
export async function until(holds: () => Promise<boolean> | boolean, what = holds.toString()): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(20)) if (await holds()) return;
  throw new Error(`Waited in vain for ${what}`);
}

/** Where something is on the screen. */
export const topOf = async (locator: Locator): Promise<number> => (await locator.boundingBox())!.y;

/** Whether something stays where it is for some frames. */
export async function isStill(locator: Locator): Promise<boolean> {
  const before = await topOf(locator);
  await delay(50);
  return (await topOf(locator)) === before;
}

export const isFocused = async (locator: Locator): Promise<boolean> =>
  (await locator.and(locator.page().locator(':focus')).count()) === 1;

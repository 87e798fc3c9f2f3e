import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '../../src/changes/contract.js';
import type { ChatClient } from './chat-client.js';
import type { Person } from './person.js';

const RECONNECT = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200, timeout: 2_000 };

/** Connects as a page does: comes back by itself, and says what it has already. */
export async function connectFaithfully(person: Person, groupId: string): Promise<ChatClient> {
  let client: ChatClient | undefined = undefined;
  const cursor = () => client?.cursorOf(groupId);
  const auth = (give: (auth: object) => void) => give({ token: person.token, cursors: cursorsOf(groupId, cursor()) });
  client = await person.connect(undefined, { ...RECONNECT, auth });
  return client;
}

function cursorsOf(groupId: string, revision: number | undefined): Record<string, number> {
  return revision === undefined ? {} : { [groupId]: revision };
}

/** Keeps sending to a group, each message until it is acknowledged, under the same id, whatever happens meanwhile. */
export class Burst {
  /** What was acknowledged, in the order of the acknowledgements. */
  readonly acknowledged: Message[] = [];
  private sending = true;
  private aborted = false;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly groupId: string,
    clients: ChatClient[],
  ) {
    this.loops = clients.map((client, who) => this.loop(client, who));
    // Whoever waits for the end is told; an aborted burst has nobody who waits.
    for (const loop of this.loops) loop.catch(() => undefined);
  }

  /** Resolves when `count` more messages were acknowledged. */
  async more(count: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    while (this.acknowledged.length < goal && this.sending) await delay(5);
  }

  /** Sends no more, and resolves when everything that was sent is acknowledged. */
  async end(): Promise<void> {
    this.sending = false;
    await Promise.all(this.loops);
  }

  /** Gives up, for a test that failed. */
  abort(): void {
    this.sending = false;
    this.aborted = true;
  }

  private async loop(client: ChatClient, who: number): Promise<void> {
    for (let count = 1; this.sending; count += 1) {
      this.acknowledged.push(await this.insist(client, { id: randomUUID(), text: `${who} ${count}` }));
    }
  }

  private async insist(client: ChatClient, message: { id: string; text: string }): Promise<Message> {
    for (;;) {
      const payload = { groupId: this.groupId, ...message };
      // No answer and a temporary refusal mean the same: stored or not, the id tells when it is sent again.
      const { data } = await client.command('message:send', payload, 1_000).catch(() => ({ data: undefined }));
      if (data) return data;
      if (this.aborted) throw new Error('The burst was aborted');
      await delay(20);
    }
  }
}

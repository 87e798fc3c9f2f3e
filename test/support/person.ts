import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { AuthResult, Group, Message, OwnUser } from '../../src/changes/contract.js';
import { Api } from './api.js';
import { ChatClient } from './chat-client.js';

export const PASSWORD = 'correct horse battery staple';

let count = 0;

/** Someone with an account: calls the API, opens connections. */
export class Person {
  readonly api: Api;
  private readonly clients: ChatClient[] = [];

  constructor(
    readonly url: string,
    readonly user: OwnUser,
    readonly token: string,
  ) {
    this.api = new Api(url, token);
  }

  /** Registers someone new; the username begins with `name`. */
  static async register(url: string, name = 'person'): Promise<Person> {
    const username = `${name}-${process.pid}-${++count}`;
    const { status, body } = await new Api(url).post<AuthResult>('/register', { username, password: PASSWORD });
    if (status !== 201) throw new Error(`Registration answered ${status}: ${JSON.stringify(body)}`);
    return new Person(url, body.user, body.accessToken);
  }

  get id(): string {
    return this.user.id;
  }

  /** The same person at another node. */
  at(url: string): Person {
    return new Person(url, this.user, this.token);
  }

  /** Connects with socket.io-client; `cursors` says what it has already. */
  async connect(
    cursors?: Record<string, number>,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<ChatClient> {
    const client = await ChatClient.connect(this.url, { auth: { token: this.token, cursors }, ...options });
    this.clients.push(client);
    return client;
  }

  /** Makes a group; the others join or, where it is private, are added. */
  async group(kind: 'public' | 'private' = 'public', ...others: Person[]): Promise<Group> {
    const { body: group } = await this.api.post<Group>('/groups', { kind, name: `Group ${++count}` });
    for (const other of others) {
      const { status } =
        kind === 'public'
          ? await other.api.post(`/groups/${group.id}/join`)
          : await this.api.post(`/groups/${group.id}/members`, { userId: other.id });
      if (status >= 400) throw new Error(`Joining answered ${status}`);
    }
    return group;
  }

  /** Sends over REST. */
  async send(groupId: string, text: string): Promise<Message> {
    const { status, body } = await this.api.post<Message>('/messages', { groupId, text });
    if (status !== 201) throw new Error(`Sending answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Closes every connection. */
  leave(): void {
    for (const client of this.clients) client.close();
  }
}

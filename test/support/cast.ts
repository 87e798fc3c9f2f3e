import type { AuthResult, Group } from '../../src/changes/contract.js';
import { Api } from './api.js';
import { PASSWORD, Person } from './person.js';

/** Those who may want something of a group, from who may nothing to who may everything. */
export const ROLES = ['nobody', 'stranger', 'former', 'member', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** In every text that only members may read. */
export const SECRET = 'for-members-only';

/** The text of what the former member sent last, in answer to the member's message. Pinned and reacted to since. */
export const SENT = 'sent by the former member';

/** What the names in a row stand for. */
export type Names = Record<string, string>;

/** The people of one row, and for each of them groups that no other call changes. */
export class Cast {
  private constructor(
    private readonly people: Record<Exclude<Role, 'nobody'>, Person>,
    private readonly names: Record<Role, Names>,
  ) {}

  static async gather(url: string): Promise<Cast> {
    const register = (name: string) => Person.register(url, name);
    const [stranger, former, member, owner] = await Promise.all(
      ['stranger', 'former', 'member', 'owner'].map(register),
    );
    const people = { stranger: stranger!, former: former!, member: member!, owner: owner! };
    const scenes = await Promise.all(ROLES.map(async (role) => [role, await setScene(url, people)] as const));
    return new Cast(people, Object.fromEntries(scenes) as Record<Role, Names>);
  }

  person(role: Role): Person | undefined {
    return role === 'nobody' ? undefined : this.people[role];
  }

  /** A path or a payload with the ids of the role's own scene in the place of names like `$group`. */
  fill<T>(template: T, role: Role): T {
    const text = JSON.stringify(template).replace(/\$(\w+)/g, (_, name: string) => {
      const value = this.names[role][name];
      if (value === undefined) throw new Error(`A row names $${name}, which there is not`);
      return value;
    });
    return JSON.parse(text) as T;
  }
}

/** A private and a public group that the owner has, the member is in and the former one was in, and a direct one. */
async function setScene(url: string, people: Record<Exclude<Role, 'nobody'>, Person>): Promise<Names> {
  const { stranger, former, member, owner } = people;
  const [inPrivate, inPublic] = await Promise.all(
    (['private', 'public'] as const).map(async (kind) => {
      const name = kind === 'private' ? SECRET : 'Public';
      const { id } = (await owner.api.post<Group>('/groups', { kind, name })).body;
      for (const userId of [member.id, former.id]) await owner.api.post(`/groups/${id}/members`, { userId });
      const [old, message] = [await former.send(id, SECRET), await member.send(id, SECRET)];
      const sent = { id: crypto.randomUUID(), groupId: id, text: SENT, replyTo: message.id };
      await former.api.post('/messages', sent);
      await owner.api.delete(`/groups/${id}/members/${former.id}`);
      await owner.api.put(`/messages/${sent.id}/pin`);
      await owner.api.put(`/messages/${sent.id}/reactions/%F0%9F%91%8D`);
      return { group: id, old: old.id, message: message.id, sent: sent.id };
    }),
  );
  const direct = (await owner.api.post<Group>('/groups', { kind: 'direct', userId: member.id })).body.id;
  const again = { username: member.user.username, password: PASSWORD };
  const { accessToken, refreshToken } = (await new Api(url).post<AuthResult>('/login', again)).body;
  const { items } = (await new Api(url, accessToken).get<{ items: { id: string; current: boolean }[] }>(SESSIONS)).body;
  return {
    ...inPrivate!,
    public: inPublic!.group,
    publicOld: inPublic!.old,
    publicMessage: inPublic!.message,
    publicSent: inPublic!.sent,
    direct,
    stranger: stranger.id,
    former: former.id,
    member: member.id,
    username: member.user.username,
    password: PASSWORD,
    session: items.find(({ current }) => current)!.id,
    refreshToken: refreshToken!,
    new: `new-${crypto.randomUUID().slice(0, 13)}`,
  };
}

const SESSIONS = '/users/me/sessions';

import type {
  AuthResult,
  Group,
  Member,
  MemberWithPresence,
  Message,
  OwnUser,
  Page,
  Reaction,
  UserSummary,
  UserWithPresence,
} from '../../src/changes/contract';
import { Problem, isProblemDetails, localProblem } from './problem';
import { session } from './session';

const TIMEOUT = 20_000;

type Query = Record<string, string | number | null | undefined>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Calls the server; every failure is a `Problem`. A refused token ends the session. */
async function call<T>(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const token = session.get()?.token;
  const response = await fetched(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])]),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  if (response.status === 401 && token && session.get()?.token === token) {
    session.end('Your session has expired. Log in again, and everything is where you left it.');
  }
  if (isProblemDetails(answer)) throw new Problem(answer);
  throw localProblem('bad_answer', `The server answered with status ${response.status}. Try again in a moment.`);
}

async function fetched(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw localProblem('unreachable', 'The server can’t be reached. Check your connection and try again.');
  }
}

function withQuery(path: string, query: Query): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return `${path}?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}

/** Which page of a group's history: the newest, or the one next to a seq. */
export type HistoryQuery = { before?: number; after?: number; around?: number };

/** What a new group is made of. */
export type NewGroup =
  { kind: 'public' | 'private'; name: string; description?: string } | { kind: 'direct'; userId: string };

export const api = {
  register: (form: { username: string; password: string; displayName?: string; email?: string }) =>
    call<AuthResult>('POST', '/register', form),
  login: (form: { username: string; password: string }) => call<AuthResult>('POST', '/login', form),

  updateMe: (form: { displayName?: string; email?: string | null }) => call<OwnUser>('PATCH', '/users/me', form),
  user: (id: string) => call<UserWithPresence>('GET', `/users/${id}`),
  findUsers: (query: string, signal?: AbortSignal) =>
    call<Page<UserSummary>>('GET', withQuery('/users', { query, limit: 8 }), undefined, signal),

  myGroups: (cursor?: string | null) => call<Page<Group>>('GET', withQuery('/groups', { limit: 100, cursor })),
  publicGroups: (query: string, cursor?: string | null, signal?: AbortSignal) =>
    call<Page<Group>>(
      'GET',
      withQuery('/groups', { scope: 'public', query: query || null, limit: 30, cursor }),
      undefined,
      signal,
    ),
  group: (id: string) => call<Group>('GET', `/groups/${id}`),
  createGroup: (group: NewGroup) => call<Group>('POST', '/groups', group),
  updateGroup: (id: string, form: { name?: string; description?: string }) =>
    call<Group>('PATCH', `/groups/${id}`, form),
  deleteGroup: (id: string) => call<null>('DELETE', `/groups/${id}`),
  joinGroup: (id: string) => call<Group>('POST', `/groups/${id}/join`),

  members: (id: string, cursor?: string | null) =>
    call<Page<MemberWithPresence>>('GET', withQuery(`/groups/${id}/members`, { limit: 50, cursor })),
  addMember: (id: string, userId: string) => call<Member>('POST', `/groups/${id}/members`, { userId }),
  removeMember: (id: string, userId: string) => call<null>('DELETE', `/groups/${id}/members/${userId}`),

  messages: (groupId: string, query: HistoryQuery, limit: number) =>
    call<Page<Message>>('GET', withQuery('/messages', { groupId, ...query, limit })),
  pinned: (groupId: string) => call<{ items: Message[] }>('GET', withQuery('/messages/pinned', { groupId })),
  reactionsOf: (id: string, userId: string) =>
    call<Page<Reaction>>('GET', withQuery(`/messages/${id}/reactions`, { userId })),
};

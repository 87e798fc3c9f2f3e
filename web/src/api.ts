import type {
  AuthResult,
  Group,
  IdentityInfo,
  Member,
  MemberWithPresence,
  Message,
  OwnUser,
  Page,
  Reaction,
  SessionInfo,
  UserSummary,
  UserWithPresence,
} from '../../src/changes/contract';
import { BY_COOKIE, type Method, request } from './http';
import { Problem } from './problem';
import { session } from './session';
import { freshToken, SESSION_OVER } from './tokens';

type Query = Record<string, string | number | null | undefined>;

/** Calls the server for whoever is logged in; every failure is a `Problem`. A session that is over ends here too. */
async function call<T>(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const token = await freshToken();
  try {
    return await request<T>(method, path, { body, token, signal });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    if (error.code === 'token_expired') {
      session.expire(token);
      return request<T>(method, path, { body, token: await freshToken(), signal });
    }
    if (session.get()?.token === token) session.end(SESSION_OVER);
    throw error;
  }
}

function withQuery(path: string, query: Query): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return `${path}?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}

/** Which page of a group's history: the newest, or the one next to a seq. */
export type HistoryQuery = { before?: number; after?: number; around?: number };

/** How to log in at this server, and who may make an account with a password. */
export interface WaysIn {
  google: boolean;
  passwordLogin: boolean;
  registration: 'open' | 'invited' | 'off';
}

/** What a new group is made of. */
export type NewGroup =
  { kind: 'public' | 'private'; name: string; description?: string } | { kind: 'direct'; userId: string };

/** What I may change of myself; another address needs the password. */
export interface ProfileForm {
  displayName?: string;
  email?: string | null;
  currentPassword?: string;
}

export const api = {
  register: (form: { username: string; password: string; displayName?: string; email?: string; invite?: string }) =>
    request<AuthResult>('POST', '/register', { body: form, headers: BY_COOKIE }),
  login: (form: { username: string; password: string }) =>
    request<AuthResult>('POST', '/login', { body: form, headers: BY_COOKIE }),
  logOut: () => request<null>('POST', '/logout', { headers: BY_COOKIE }),

  sessions: () => call<{ items: SessionInfo[] }>('GET', '/users/me/sessions'),
  endSession: (id: string, password?: string) => call<null>('DELETE', `/users/me/sessions/${id}`, { password }),
  endOtherSessions: (password?: string) => call<null>('DELETE', '/users/me/sessions', { password }),

  providers: () => request<WaysIn>('GET', '/auth/providers'),
  identities: () => call<{ items: IdentityInfo[] }>('GET', '/users/me/identities'),
  linkGoogle: (password?: string) => call<{ url: string }>('POST', '/users/me/identities/google', { password }),
  unlinkGoogle: (password?: string) => call<null>('DELETE', '/users/me/identities/google', { password }),

  forgotten: (form: { email: string }) => request<null>('POST', '/auth/password/forgotten', { body: form }),
  resetPassword: (form: { token: string; newPassword: string }) =>
    request<null>('POST', '/auth/password/reset', { body: form }),
  changePassword: (form: { oldPassword?: string; newPassword: string }) =>
    call<null>('POST', '/users/me/password', form),
  requestVerification: () => call<null>('POST', '/users/me/email/verify'),
  accountOfLink: (form: { token: string }) =>
    request<{ username: string }>('POST', '/auth/links/account', { body: form }),
  verifyEmail: (form: { token: string }) => request<null>('POST', '/auth/email/verify', { body: form }),

  updateMe: (form: ProfileForm) => call<OwnUser>('PATCH', '/users/me', form),
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

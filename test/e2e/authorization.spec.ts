import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemDetails } from '../../src/changes/contract.js';
import { ChatCommands } from '../../src/realtime/chat-commands.js';
import { type Answer, Api } from '../support/api.js';
import { ApiDocument } from '../support/api-document.js';
import { startApp, type TestApp } from '../support/app.js';
import { Cast, type Role, ROLES, SECRET, SENT } from '../support/cast.js';
import { ChatClient } from '../support/chat-client.js';
import { routeOf, routesOf } from '../support/routes.js';

/** What somebody gets: a status that is a success, `ok` for a command, or the code of a problem. */
type Outcome = number | string;
type Outcomes = [nobody: Outcome, stranger: Outcome, former: Outcome, member: Outcome, owner: Outcome];

/** The same for everyone. */
const all = (outcome: Outcome): Outcomes => [outcome, outcome, outcome, outcome, outcome];
/** The same for everyone who is logged in. */
const users = (outcome: Outcome): Outcomes => [NO, outcome, outcome, outcome, outcome];
const MEMBERS: Role[] = ['member', 'owner'];
const NO = 'unauthenticated';
const NO_GROUP = 'group_not_found';
const NO_MESSAGE = 'message_not_found';
const OUTSIDE = 'not_a_member';
const NOT_MINE = 'not_the_owner';
const FIXED = 'direct_group_fixed';
const USED = 'message_id_conflict';

/** What the former member sent already, in answer to what only members may read. */
const AGAIN = { id: '$sent', groupId: '$group', text: SENT, replyTo: '$message' };
const AGAIN_PUBLIC = { id: '$publicSent', groupId: '$public', text: SENT, replyTo: '$publicMessage' };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/**
 * One row for each route, or several. `$group` is private, `$public` public, `$direct` between member and owner; the
 * member wrote `$message`, the former one `$old` and, in answer, `$sent`; `$session` and `$refreshToken` are the member's. A body that is a
 * string is a form. See `Cast`.
 */
// prettier-ignore
const ROUTES: [request: string, body: object | string | null, ...Outcomes][] = [
  // request                                body                                            nobody stranger    former      member    owner
  ['POST /register',                        { username: '$new', password: '$password' },    ...all(201)],
  ['POST /login',                           { username: '$username', password: '$password' }, ...all(200)],
  ['POST /auth/refresh',                    { refreshToken: '$refreshToken' },              ...all(200)],
  ['POST /logout',                          null,                                           ...users(204)],
  ['POST /logout',                          { refreshToken: '$refreshToken' },              ...all(204)],
  ['POST /oauth/token',                     'grant_type=password&username=$username&password=$password', ...all(400)],
  ['POST /oauth/token',                     'grant_type=refresh_token&refresh_token=$refreshToken', ...all(200)],
  ['GET /auth/providers',                   null,                                           ...all(200)],
  ['GET /auth/google',                      null,                                           ...all('google_not_configured')],
  ['GET /auth/google/callback?code=x&state=x', null,                                        ...all('google_not_configured')],
  ['POST /auth/password/forgotten',         { email: 'nobody@example.org' },                ...all(204)],
  ['POST /auth/password/reset',             { token: 'x', newPassword: '$password' },       ...all('link_invalid')],
  ['POST /auth/email/verify',               { token: 'x' },                                 ...all('link_invalid')],
  ['POST /auth/links/account',              { token: 'x' },                                 ...all('link_invalid')],
  ['GET /users/me/sessions',                null,                                           ...users(200)],
  ['DELETE /users/me/sessions',             { password: '$password' },                      ...users(204)],
  ['DELETE /users/me/sessions',             null,                                           ...users('wrong_password')],
  ['DELETE /users/me/sessions/$session',    { password: '$password' },                      NO, 'session_not_found', 'session_not_found', 204, 'session_not_found'],
  ['DELETE /users/me/sessions/$session',    null,                                           ...users('wrong_password')],
  ['GET /users/me',                         null,                                           ...users(200)],
  ['PATCH /users/me',                       { displayName: 'Renamed' },                     ...users(200)],
  ['PATCH /users/me',                       { email: 'new@example.org' },                   ...users('wrong_password')],
  ['PATCH /users/me',                       { email: 'new@example.org', currentPassword: '$password' }, ...users(200)],
  ['DELETE /users/me',                      { password: '$password' },                      ...users(204)],
  ['DELETE /users/me',                      { password: 'wrong' },                          ...users('wrong_password')],
  ['GET /users/me/export',                  null,                                           ...users(200)],
  ['POST /users/me/password',               { oldPassword: '$password', newPassword: 'some other words' }, ...users(204)],
  ['POST /users/me/password',               { oldPassword: 'wrong', newPassword: 'some other words' }, ...users('wrong_password')],
  ['POST /users/me/email/verify',           null,                                           ...users('no_email')],
  ['GET /users/me/identities',              null,                                           ...users(200)],
  ['POST /users/me/identities/google',      null,                                           ...users('google_not_configured')],
  ['DELETE /users/me/identities/google',    { password: '$password' },                      ...users('identity_not_found')],
  ['DELETE /users/me/identities/google',    null,                                           ...users('wrong_password')],
  ['GET /users?query=member',               null,                                           ...users(200)],
  ['GET /users',                            null,                                           ...users(200)],
  ['GET /users/$member',                    null,                                           ...users(200)],
  ['POST /groups',                          { kind: 'private', name: 'Mine' },              ...users(201)],
  ['POST /groups',                          { kind: 'direct', userId: '$member' },          NO, 201, 201, 'validation_failed', 201],
  ['GET /groups',                           null,                                           ...users(200)],
  ['GET /groups?scope=public',              null,                                           ...users(200)],
  ['GET /groups/$group',                    null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['GET /groups/$public',                   null,                                           ...users(200)],
  ['GET /groups/$direct',                   null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['PATCH /groups/$group',                  { description: 'New' },                         NO, NO_GROUP,   NO_GROUP,   NOT_MINE, 200],
  ['PATCH /groups/$public',                 { description: 'New' },                         NO, OUTSIDE,    OUTSIDE,    NOT_MINE, 200],
  ['PATCH /groups/$direct',                 { description: 'New' },                         NO, NO_GROUP,   NO_GROUP,   FIXED,    FIXED],
  ['DELETE /groups/$group',                 null,                                           NO, NO_GROUP,   NO_GROUP,   NOT_MINE, 204],
  ['DELETE /groups/$public',                null,                                           NO, OUTSIDE,    OUTSIDE,    NOT_MINE, 204],
  ['DELETE /groups/$direct',                null,                                           NO, NO_GROUP,   NO_GROUP,   FIXED,    FIXED],
  ['POST /groups/$group/join',              null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['POST /groups/$public/join',             null,                                           ...users(200)],
  ['POST /groups/$direct/join',             null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['POST /groups/$group/read',              { seq: 1 },                                     NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['POST /groups/$public/read',             { seq: 1 },                                     NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['POST /groups/$group/members',           { userId: '$stranger' },                        NO, NO_GROUP,   NO_GROUP,   NOT_MINE, 201],
  ['POST /groups/$public/members',          { userId: '$stranger' },                        NO, OUTSIDE,    OUTSIDE,    NOT_MINE, 201],
  ['POST /groups/$direct/members',          { userId: '$stranger' },                        NO, NO_GROUP,   NO_GROUP,   FIXED,    FIXED],
  ['GET /groups/$group/members',            null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['GET /groups/$public/members',           null,                                           NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['DELETE /groups/$group/members/$member', null,                                           NO, NO_GROUP,   NO_GROUP,   204,      204],
  ['DELETE /groups/$public/members/$member', null,                                          NO, OUTSIDE,    OUTSIDE,    204,      204],
  ['DELETE /groups/$group/members/$former', null,                                           NO, NO_GROUP,   NO_GROUP,   NOT_MINE, 'member_not_found'],
  ['POST /messages',                        { groupId: '$group', text: 'x' },               NO, NO_GROUP,   NO_GROUP,   201,      201],
  ['POST /messages',                        { groupId: '$public', text: 'x' },              NO, OUTSIDE,    OUTSIDE,    201,      201],
  ['POST /messages',                        { groupId: '$direct', text: 'x' },              NO, NO_GROUP,   NO_GROUP,   201,      201],
  ['POST /messages',                        { groupId: '$public', text: 'x', replyTo: '$message' }, NO, OUTSIDE, OUTSIDE, 'validation_failed', 'validation_failed'],
  ['POST /messages',                        AGAIN,                                          NO, USED,       201,        USED,     USED],
  ['POST /messages',                        AGAIN_PUBLIC,                                   NO, USED,       201,        USED,     USED],
  ['POST /messages',                        { ...AGAIN, text: 'x' },                        NO, USED,       USED,       USED,     USED],
  ['GET /messages?groupId=$group',          null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['GET /messages?groupId=$public',         null,                                           NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['GET /messages/pinned?groupId=$group',   null,                                           NO, NO_GROUP,   NO_GROUP,   200,      200],
  ['GET /messages/pinned?groupId=$public',  null,                                           NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['PATCH /messages/$message',              { text: 'x' },                                  NO, NO_MESSAGE, NO_MESSAGE, 200,      'not_the_author'],
  ['PATCH /messages/$old',                  { text: 'x' },                                  NO, NO_MESSAGE, NO_MESSAGE, 'not_the_author', 'not_the_author'],
  ['PATCH /messages/$publicOld',            { text: 'x' },                                  NO, OUTSIDE,    OUTSIDE,    'not_the_author', 'not_the_author'],
  ['DELETE /messages/$message',             null,                                           NO, NO_MESSAGE, NO_MESSAGE, 200,      'not_the_author'],
  ['DELETE /messages/$old',                 null,                                           NO, NO_MESSAGE, NO_MESSAGE, 'not_the_author', 'not_the_author'],
  ['DELETE /messages/$publicOld',           null,                                           NO, OUTSIDE,    OUTSIDE,    'not_the_author', 'not_the_author'],
  ['PUT /messages/$message/pin',            null,                                           NO, NO_MESSAGE, NO_MESSAGE, NOT_MINE, 200],
  ['PUT /messages/$publicMessage/pin',      null,                                           NO, OUTSIDE,    OUTSIDE,    NOT_MINE, 200],
  ['DELETE /messages/$message/pin',         null,                                           NO, NO_MESSAGE, NO_MESSAGE, NOT_MINE, 200],
  ['GET /messages/$message/reactions',      null,                                           NO, NO_MESSAGE, NO_MESSAGE, 200,      200],
  ['GET /messages/$publicMessage/reactions', null,                                          NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['PUT /messages/$message/reactions/%F0%9F%91%8D', null,                                   NO, NO_MESSAGE, NO_MESSAGE, 200,      200],
  ['PUT /messages/$publicMessage/reactions/%F0%9F%91%8D', null,                             NO, OUTSIDE,    OUTSIDE,    200,      200],
  ['DELETE /messages/$message/reactions/%F0%9F%91%8D', null,                                NO, NO_MESSAGE, NO_MESSAGE, 200,      200],
  ['GET /health/live',                      null,                                           ...all(200)],
  ['GET /health/ready',                     null,                                           ...all(200)],
  ['GET /docs',                             null,                                           ...all(200)],
  ['GET /docs/index.html',                  null,                                           ...all(200)],
  ['GET /docs/swagger-ui-init.js',          null,                                           ...all(200)],
  ['GET /docs/docs/swagger-ui-init.js',     null,                                           ...all(200)],
  ['GET /docs/LICENSE',                     null,                                           ...all('route_not_found')],
  ['GET /docs-json',                        null,                                           ...all(200)],
  ['GET /docs-yaml',                        null,                                           ...all(200)],
];

// prettier-ignore
const COMMANDS: [command: string, payload: object, ...Outcomes][] = [
  // command            payload                                         nobody stranger    former      member    owner
  ['message:send',      { groupId: '$group', text: 'x' },               NO, NO_GROUP,   NO_GROUP,   'ok',     'ok'],
  ['message:send',      { groupId: '$public', text: 'x' },              NO, OUTSIDE,    OUTSIDE,    'ok',     'ok'],
  ['message:send',      AGAIN,                                          NO, USED,       'ok',       USED,     USED],
  ['message:send',      AGAIN_PUBLIC,                                   NO, USED,       'ok',       USED,     USED],
  ['message:send',      { ...AGAIN, text: 'x' },                        NO, USED,       USED,       USED,     USED],
  ['message:edit',      { id: '$message', text: 'x' },                  NO, NO_MESSAGE, NO_MESSAGE, 'ok',     'not_the_author'],
  ['message:edit',      { id: '$old', text: 'x' },                      NO, NO_MESSAGE, NO_MESSAGE, 'not_the_author', 'not_the_author'],
  ['message:delete',    { id: '$message' },                             NO, NO_MESSAGE, NO_MESSAGE, 'ok',     'not_the_author'],
  ['message:delete',    { id: '$old' },                                 NO, NO_MESSAGE, NO_MESSAGE, 'not_the_author', 'not_the_author'],
  ['message:pin',       { id: '$message' },                             NO, NO_MESSAGE, NO_MESSAGE, NOT_MINE, 'ok'],
  ['message:unpin',     { id: '$message' },                             NO, NO_MESSAGE, NO_MESSAGE, NOT_MINE, 'ok'],
  ['reaction:add',      { messageId: '$message', emoji: '👍' },         NO, NO_MESSAGE, NO_MESSAGE, 'ok',     'ok'],
  ['reaction:add',      { messageId: '$publicMessage', emoji: '👍' },   NO, OUTSIDE,    OUTSIDE,    'ok',     'ok'],
  ['reaction:remove',   { messageId: '$message', emoji: '👍' },         NO, NO_MESSAGE, NO_MESSAGE, 'ok',     'ok'],
  ['group:sync',        { groupId: '$group', after: 0 },                NO, NO_GROUP,   NO_GROUP,   'ok',     'ok'],
  ['group:sync',        { groupId: '$public', after: 0 },               NO, OUTSIDE,    OUTSIDE,    'ok',     'ok'],
  ['group:read',        { groupId: '$group', seq: 1 },                  NO, NO_GROUP,   NO_GROUP,   'ok',     'ok'],
  ['group:read',        { groupId: '$public', seq: 1 },                 NO, OUTSIDE,    OUTSIDE,    'ok',     'ok'],
  ['typing',            { groupId: '$group' },                          NO, NO_GROUP,   NO_GROUP,   'ok',     'ok'],
  ['typing',            { groupId: '$public' },                         NO, NO_GROUP,   NO_GROUP,   'ok',     'ok'],
];

describe('Who may do what', () => {
  let app: TestApp;
  let routes: string[];
  let commands: string[];
  /** Those who only read share their groups. */
  let readers: Cast;

  beforeAll(async () => {
    app = await startApp();
    const document = await ApiDocument.of(app.url);
    const documented = document.routes.map(({ method, path }) => `${method} ${path}`);
    routes = [...new Set([...routesOf(app.nest), ...documented])].sort();
    readers = await Cast.gather(app.url);
    commands = Object.keys(app.nest.get(ChatCommands).table).sort();
  });
  afterAll(() => app.close());

  const split = (request: string): [method: string, path: string] => {
    const [method, path] = request.split(' ') as [string, string];
    return [method, path];
  };
  const routeOfRow = ([request]: (typeof ROUTES)[number]) => {
    const [method, path] = split(request);
    return routeOf(routes, method, path.split('?')[0]!) ?? `no route for the row ${request}`;
  };

  it('is said for every route, and for nothing else', () => {
    expect([...new Set(ROUTES.map(routeOfRow))].sort()).toEqual(routes);
  });

  it('is said for every command, and for nothing else', () => {
    expect([...new Set(COMMANDS.map(([command]) => command))].sort()).toEqual(commands);
  });

  /** Calls as each of them. What only members may read must not be in what others are answered. */
  const outcomesFor = async (call: (role: Role) => Promise<{ outcome: Outcome; answer: unknown }>) => {
    const outcomes: Outcome[] = [];
    for (const role of ROLES) {
      const { outcome, answer } = await call(role);
      if (!MEMBERS.includes(role)) {
        expect(JSON.stringify(answer)).not.toContain(SECRET);
        expect(JSON.stringify(answer)).not.toMatch(/"(reactions":\[\{|pinnedAt":")/);
      }
      outcomes.push(outcome);
    }
    return outcomes;
  };
  /** What of an answer others wrote: not all of it where one is let in or takes one's own messages along. */
  const toldBy = (path: string, { status, body }: Answer<unknown>): unknown => {
    if (path.endsWith('/join') && status === 200) return '';
    return typeof body === 'string' ? body.replace(/^\{"type":"message".*$/gm, '') : body;
  };
  const named = (outcomes: Outcome[]) => Object.fromEntries(ROLES.map((role, index) => [role, outcomes[index]]));

  it.each(ROUTES)('%s %j', async (request, body, ...expected) => {
    const cast = request.startsWith('GET ') ? readers : await Cast.gather(app.url);
    const outcomes = await outcomesFor(async (role) => {
      const [method, path] = split(cast.fill(request, role));
      const api = cast.person(role)?.api ?? new Api(app.url);
      const answer = await api.request<Partial<ProblemDetails>>(
        method,
        path,
        body ? cast.fill(body, role) : undefined,
        typeof body === 'string' ? FORM : {},
      );
      return {
        outcome: answer.status < 400 ? answer.status : (answer.body.code ?? answer.status),
        answer: toldBy(path, answer),
      };
    });
    expect(named(outcomes)).toEqual(named(expected));
  });

  it.each(COMMANDS)('%s %j', async (command, payload, ...expected) => {
    const cast = await Cast.gather(app.url);
    const outcomes = await outcomesFor(async (role) => {
      const auth = { token: cast.person(role)?.token };
      const client = await ChatClient.connect(app.url, { auth }).catch((error: unknown) => error as Error);
      if (client instanceof Error) return { outcome: client.message, answer: '' };
      const { data, error } = await client.raw(command, cast.fill(payload, role));
      client.close();
      return { outcome: error ? error.code : 'ok', answer: [data, client.received] };
    });
    expect(named(outcomes)).toEqual(named(expected));
  });
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket as Connection } from 'engine.io';
import { Problem } from '../../common/problem.js';
import { answerRaw } from '../../common/unreadable-requests.js';
import { toProblem } from '../../common/to-problem.js';
import { Backlog } from './backlog.js';

type Next = () => void;

/** Engine.IO parses the query before its middlewares run. */
type EngineRequest = IncomingMessage & { _query: Record<string, string | undefined> };

/** Limits what one address may begin: each handshake costs memory before anybody has authenticated. */
export function limitHandshakes(take: (request: IncomingMessage) => Promise<unknown>) {
  return (request: IncomingMessage, _response: unknown, next: Next): void => {
    if ((request as EngineRequest)._query.sid !== undefined) return next();
    take(request).then(
      () => next(),
      (error: unknown) => answerRaw(request.socket, toProblem(error)),
    );
  };
}

/** Refuses a poll of a client that has not read the answer to its last one, and the outdated JSONP polling. */
export function limitPolls(connectionOf: (sid: string) => Connection | undefined) {
  return (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    const { sid, j, transport } = (request as EngineRequest)._query;
    if (j !== undefined) return answerRaw(request.socket, new Problem('malformed_request', 'JSONP is not supported.'));
    const connection = sid === undefined ? undefined : connectionOf(sid);
    if (!connection || transport !== 'polling' || request.method !== 'GET') return next();
    const backlog = Backlog.of(connection);
    if (backlog.poll(response)) return next();
    backlog.terminate();
    answerRaw(request.socket, new Problem('too_slow', 'The answer to the last poll has not been read.'));
  };
}

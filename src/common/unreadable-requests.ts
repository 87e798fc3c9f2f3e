import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from './problem.js';

const CODE_BY_ERROR: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** How long a client may take to read the answer and close the connection, in milliseconds. */
const RAW_ANSWER_TIMEOUT_MS = 1_000;

/** Answers what is not even HTTP, and so never becomes a request, with a problem too. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    answerRaw(socket, new Problem(CODE_BY_ERROR[error.code ?? ''] ?? 'malformed_request'));
  });
}

/**
 * Answers a connection that has no request, or whose request has no response, with a problem, and lets it go. The client
 * has a second to read the answer: a half-closed connection would stay for as long as the client keeps its side open.
 */
export function answerRaw(socket: Duplex, problem: Problem): void {
  if (socket.destroyed) return;
  // Nobody else listens any more; without a listener an error would end the process.
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), RAW_ANSWER_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  // Unread data would make the operating system reset the connection, and the answer be lost.
  socket.resume();
  socket.end(rawResponse(problem));
}

/** A whole HTTP/1.1 response, for where there is only the connection to write to. */
function rawResponse(problem: Problem): string {
  const body = JSON.stringify(problem.toDetails());
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

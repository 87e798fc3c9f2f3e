import { Injectable } from '@nestjs/common';
import type { Event } from 'socket.io';
import { RateLimits } from '../auth/rate-limits/rate-limits.js';
import type { Ack, ClientToServerEvents } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { toProblem } from '../common/to-problem.js';
import type { ChatSocket } from './chat-socket.js';

const COMMANDS: ReadonlySet<string> = new Set([
  'message:send',
  'message:edit',
  'message:delete',
  'group:sync',
  'group:read',
  'typing',
] satisfies (keyof ClientToServerEvents)[]);

/**
 * What every packet of a socket passes before the gateway sees it: only known commands, one payload each, within the
 * limits, in the order in which they were sent. Whatever the answer, it is acknowledged.
 */
@Injectable()
export class CommandGate {
  private readonly running = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly limits: RateLimits) {}

  /** Lets no more commands in; resolves when those that are in have been acknowledged. */
  async drain(): Promise<void> {
    this.closed = true;
    await Promise.all(this.running);
  }

  guard(socket: ChatSocket): void {
    socket.use((packet, next) => {
      const answer = takeAck(packet);
      try {
        if (this.closed) throw new Problem('server_stopping', undefined, { retryAfter: 1 });
        refuseUnknown(packet);
        socket.data.lane.run(() => this.admit(socket, packet, answer, next));
      } catch (error) {
        answer({ error: toProblem(error).toDetails() });
      }
    });
  }

  /** Hands the command to the gateway; resolves when it is acknowledged. */
  private async admit(socket: ChatSocket, packet: Event, answer: Answer, next: () => void): Promise<void> {
    try {
      await this.limits.take('command', socket.data.user.id);
    } catch (error) {
      answer({ error: toProblem(error).toDetails() });
      return;
    }
    const [event, payload] = packet as [string, unknown];
    const answered = new Promise<void>((done) => {
      packet.splice(0, packet.length, event, payload, (given: Ack<unknown>) => {
        answer(given);
        done();
      });
      next();
    });
    this.running.add(answered);
    await answered;
    this.running.delete(answered);
  }
}

type Answer = (answer: Ack<unknown>) => void;

/** Takes the acknowledgement function off the packet; a client that wants none has none. */
function takeAck(packet: Event): Answer {
  if (typeof packet.at(-1) !== 'function' || packet.length < 2) return () => undefined;
  return packet.pop() as Answer;
}

function refuseUnknown(packet: Event): void {
  const [event, ...payloads] = packet;
  if (!COMMANDS.has(event)) throw new Problem('unknown_command', `The commands are ${[...COMMANDS].join(', ')}.`);
  if (payloads.length > 1) throw Problem.field('payload', 'a command has one payload');
}

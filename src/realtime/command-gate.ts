import { Injectable, Logger } from '@nestjs/common';
import type { Event } from 'socket.io';
import { RateLimits } from '../auth/rate-limits/rate-limits.js';
import type { Ack } from '../changes/contract.js';
import { Problem } from '../common/problem.js';
import { toProblem } from '../common/to-problem.js';
import { validated } from '../common/validation.js';
import { ChatCommands, type Command, type CommandName } from './chat-commands.js';
import type { ChatSocket } from './chat-socket.js';
import { closeTooSlow } from './close.js';
import { isTooSlow } from './outlet.js';
import { type Answer, TimedAnswer } from './timed-answer.js';

/**
 * Carries out the commands of a socket: only known ones, with one payload that is valid, within the limits, begun in the
 * order in which they were sent. Whatever was sent, it is acknowledged in time, with `{ data }` or `{ error }`.
 */
@Injectable()
export class CommandGate {
  private readonly logger = new Logger('Socket');
  private readonly running = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly commands: ChatCommands,
    private readonly limits: RateLimits,
  ) {}

  guard(socket: ChatSocket): void {
    // The middleware of a packet never calls `next`: nothing else listens.
    socket.use((packet) => {
      const answer = new TimedAnswer(takeAck(packet));
      try {
        const command = this.find(packet);
        if (isTooSlow(socket)) {
          answer.drop();
          return closeTooSlow(socket);
        }
        socket.data.lane.run(() => this.track(answer.of(() => this.carryOut(socket, command, packet[1]))));
      } catch (error) {
        answer.give({ error: toProblem(error).toDetails() });
      }
    });
  }

  /** Lets no more commands in; resolves when those that are in have been acknowledged. */
  async drain(): Promise<void> {
    this.closed = true;
    await Promise.all(this.running);
  }

  private find(packet: Event): Command {
    if (this.closed) throw new Problem('server_stopping', undefined, { retryAfter: 1 });
    const [name, ...payloads] = packet;
    const { table } = this.commands;
    if (!Object.hasOwn(table, name)) {
      throw new Problem('unknown_command', `The commands are ${Object.keys(table).join(', ')}.`);
    }
    if (payloads.length > 1) throw Problem.field('payload', 'a command has one payload');
    return table[name as CommandName];
  }

  private async carryOut(socket: ChatSocket, command: Command, payload: unknown): Promise<Ack<unknown>> {
    try {
      await this.limits.take('connectionCommand', socket.id);
      await this.limits.take('command', socket.data.user.id);
      return { data: await command.run(socket, validated(command.payload, payload)) };
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) this.logger.error(error);
      return { error: problem.toDetails() };
    }
  }

  private track(work: Promise<void>): Promise<void> {
    this.running.add(work);
    void work.then(() => this.running.delete(work));
    return work;
  }
}

/** Takes the acknowledgement function off the packet; a client that wants none has none. */
function takeAck(packet: Event): Answer {
  if (typeof packet.at(-1) !== 'function' || packet.length < 2) return () => undefined;
  return packet.pop() as Answer;
}

import { Injectable, Logger } from '@nestjs/common';
import type { Event } from 'socket.io';
import { SecurityLog } from '../audit/security-log.js';
import { RateLimits } from '../auth/rate-limits/rate-limits.js';
import { Problem } from '../common/problem.js';
import { toProblem } from '../common/to-problem.js';
import { validated } from '../common/validation.js';
import { MAX_TEXT } from '../messages/dto/message-inputs.dto.js';
import { ChatCommands, type Command, type CommandName } from './chat-commands.js';
import type { ChatSocket } from './chat-socket.js';
import { close, closeTooSlow } from './close.js';
import { isTooSlow } from './outlet.js';
import { type Answer, TimedAnswer } from './timed-answer.js';
import { lengthOf, MAX_COMMAND_LENGTH, OVERSIZED_COMMAND } from './transport/chat-decoder.js';

/** Commands in a row above the limits after which a connection is closed. */
const MAX_REFUSED = 1_000;
const OVERSIZED = `A command has at most ${MAX_COMMAND_LENGTH} characters, and a message at most ${MAX_TEXT}.`;

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
    private readonly securityLog: SecurityLog,
  ) {}

  guard(socket: ChatSocket): void {
    // The middleware of a packet never calls `next`: nothing else listens.
    socket.use((packet) => {
      const answer = new TimedAnswer(takeAck(packet));
      try {
        socket.data.lane.run(lengthOf(packet), () =>
          this.track(answer.of(() => this.carryOut(socket, packet, answer))),
        );
      } catch (error) {
        this.refuse(socket, toProblem(error), answer);
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
    if (name === OVERSIZED_COMMAND) throw new Problem('payload_too_large', OVERSIZED);
    const { table } = this.commands;
    if (!Object.hasOwn(table, name)) {
      throw new Problem('unknown_command', `The commands are ${Object.keys(table).join(', ')}.`);
    }
    if (payloads.length > 1) throw Problem.field('payload', 'a command has one payload');
    return table[name as CommandName];
  }

  private async carryOut(socket: ChatSocket, packet: Event, answer: TimedAnswer): Promise<void> {
    // Now, and not when it arrived: what the commands before it answered may be waiting since.
    if (isTooSlow(socket)) {
      answer.drop();
      return closeTooSlow(socket);
    }
    try {
      // Before anything else is looked at: a command that is refused counts as well.
      await this.limits.take('connectionCommand', socket.id);
      await this.limits.take('command', socket.data.user.id);
      socket.data.refused = 0;
      const command = this.find(packet);
      answer.give({ data: await command.run(socket, validated(command.payload, packet[1])) });
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) this.logger.error(error);
      this.refuse(socket, problem, answer);
    }
  }

  /** Answers with the problem, and disconnects a client that goes on and on above its limits. */
  private refuse(socket: ChatSocket, problem: Problem, answer: TimedAnswer): void {
    answer.give({ error: problem.toDetails() });
    const { address, user } = socket.data;
    this.securityLog.recordRefusal(problem, { address, actorId: user.id });
    if (problem.code !== 'rate_limited') return;
    socket.data.refused += 1;
    if (socket.data.refused === MAX_REFUSED) close(socket, 'rate_limited');
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

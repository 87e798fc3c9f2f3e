import type { Ack, Message, ProblemDetails } from '../../../src/changes/contract.js';
import { brief } from '../history/brief.js';
import type { Invoked } from '../history/entries.js';
import type { Recorder } from '../history/recorder.js';
import { delay } from '../stage/until.js';
import type { Account } from './account.js';
import type { Device } from './device.js';
import { seen } from './seen.js';

export type Intent = Pick<Invoked, 'verb' | 'groupId' | 'messageId' | 'text' | 'emoji' | 'target'>;

export type Outcome =
  { end: 'ok'; message?: Message } | { end: 'failed'; code: string } | { end: 'unknown'; why: string };

/** Refusals that say nothing about the command: with a new token, or a moment later, it may succeed. */
const AGAIN = new Set(['token_expired', 'unauthenticated', 'rate_limited']);

/** Carries out commands as a patient client does: what has no answer is tried again under the same id. */
export class Commander {
  constructor(
    private readonly recorder: Recorder,
    private readonly aborted: () => boolean,
  ) {}

  /** Tries until there is an answer; over the device when there is one, and otherwise over REST. */
  async insist(account: Account, intent: Intent, device?: Device): Promise<Outcome> {
    for (;;) {
      const outcome = await this.attempt(account, intent, device);
      const again = outcome.end === 'unknown' || (outcome.end === 'failed' && AGAIN.has(outcome.code));
      if (!again || this.aborted()) return outcome;
      if (outcome.end === 'failed' && outcome.code !== 'rate_limited') await account.renew();
      else await delay(20);
    }
  }

  /** Tries once, for `patience` milliseconds, and records how it ended. */
  async attempt(account: Account, intent: Intent, device?: Device, url?: string, patience?: number): Promise<Outcome> {
    const over = device && isSocketVerb(intent.verb) ? device : undefined;
    const attempt = this.recorder.invoke({
      ...intent,
      user: account.id,
      ...(intent.text !== undefined && { text: brief(intent.text) }),
      ...(over?.online && { connection: over.connection }),
    });
    const outcome = over ? await overSocket(over, intent, patience) : await overRest(account, intent, url, patience);
    if (outcome.end === 'ok') {
      this.recorder.write({ type: 'ok', attempt, ...(outcome.message && { message: seen(outcome.message) }) });
    } else if (outcome.end === 'failed') this.recorder.write({ type: 'failed', attempt, code: outcome.code });
    else this.recorder.write({ type: 'unknown', attempt, why: outcome.why });
    return outcome;
  }
}

/** What is done to messages goes over a socket too, under these names; what is done to groups over REST alone. */
const COMMANDS: Partial<Record<Intent['verb'], string>> = {
  send: 'message:send',
  edit: 'message:edit',
  delete: 'message:delete',
  react: 'reaction:add',
  unreact: 'reaction:remove',
  pin: 'message:pin',
  unpin: 'message:unpin',
};

const isSocketVerb = (verb: Intent['verb']): boolean => verb in COMMANDS;

async function overSocket(device: Device, intent: Intent, patience?: number): Promise<Outcome> {
  try {
    const { data, error } = (await device.command(COMMANDS[intent.verb]!, payload(intent), patience)) as Ack<Message>;
    return error ? refusal(error) : { end: 'ok', message: data };
  } catch (error) {
    return { end: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}

function payload({ verb, groupId, messageId: id, text, emoji }: Intent): object {
  switch (verb) {
    case 'send':
      return { id, groupId, text };
    case 'edit':
      return { id, text };
    case 'react':
    case 'unreact':
      return { messageId: id, emoji };
    default:
      return { id };
  }
}

async function overRest(account: Account, intent: Intent, url?: string, patience?: number): Promise<Outcome> {
  const [method, path, json] = request(intent);
  const { status, body, why } = await account.call(method, path, json, url, patience);
  if (status >= 400) return refusal(body as ProblemDetails);
  if (status === 0) return { end: 'unknown', why };
  return isSocketVerb(intent.verb) ? { end: 'ok', message: body as Message } : { end: 'ok' };
}

function request({ verb, groupId, messageId: id, text, emoji, target }: Intent): [string, string, object?] {
  switch (verb) {
    case 'send':
      return ['POST', '/messages', { id, groupId, text }];
    case 'edit':
      return ['PATCH', `/messages/${id}`, { text }];
    case 'delete':
      return ['DELETE', `/messages/${id}`];
    case 'react':
      return ['PUT', `/messages/${id}/reactions/${encodeURIComponent(emoji!)}`];
    case 'unreact':
      return ['DELETE', `/messages/${id}/reactions/${encodeURIComponent(emoji!)}`];
    case 'pin':
      return ['PUT', `/messages/${id}/pin`];
    case 'unpin':
      return ['DELETE', `/messages/${id}/pin`];
    case 'join':
      return ['POST', `/groups/${groupId}/join`];
    case 'add':
      return ['POST', `/groups/${groupId}/members`, { userId: target }];
    case 'leave':
    case 'remove':
      return ['DELETE', `/groups/${groupId}/members/${target}`];
  }
}

/** A 4xx is final. A 5xx promises nothing: what it answers may have happened. */
function refusal({ status, code }: ProblemDetails): Outcome {
  return status < 500 ? { end: 'failed', code } : { end: 'unknown', why: code };
}

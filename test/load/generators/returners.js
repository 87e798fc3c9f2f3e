/** Clients that were away and come back all at once, each with the revision that it last had. */
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/figures.js';
import { parse } from '../wire/frames.js';
import { serve } from '../wire/rpc.js';
import { RawSocket } from '../wire/raw-socket.js';

const PATIENCE = 60_000;
/** What a client waits that the server has sent away. */
const PAUSE = 1_000;

serve({
  /** Connects everyone, `behind` changes behind, waits until all have caught up, and disconnects them. */
  async round({ url, groups, behind }) {
    const began = performance.now();
    const late = setTimeout(() => {
      throw new Error(`not everyone had caught up after ${PATIENCE / 1000} s`);
    }, PATIENCE);
    const clients = await Promise.all(
      groups.flatMap((group) => group.members.map(({ token }) => new Returner(url, group, token, behind).comeBack())),
    );
    clearTimeout(late);
    const seconds = (performance.now() - began) / 1000;
    await Promise.all(clients.map(({ socket }) => socket.close()));
    const times = clients.map(({ took }) => took);
    return {
      seconds,
      clients: clients.length,
      p50: percentile(times, 50),
      p99: percentile(times, 99),
      sentAway: clients.reduce((sum, { sentAway }) => sum + sentAway, 0),
    };
  },
});

/** A client that has everything up to `revision`, and accepts nothing but the next change. */
class Returner {
  took = 0;
  sentAway = 0;
  /** @type {RawSocket} */ socket;

  constructor(url, group, token, behind) {
    Object.assign(this, { url, group, token, revision: group.revision - behind });
  }

  /** Connects until it has caught up. */
  async comeBack() {
    const began = performance.now();
    while (!(await this.#attempt().catch((error) => this.#excuse(error)))) await delay(PAUSE);
    this.took = performance.now() - began;
    return this;
  }

  /** Whether it caught up; it did not when the server had no time for it. */
  async #attempt() {
    const { url, group, token, revision } = this;
    /** @type {(caughtUp: boolean) => void} */
    let decide;
    const decided = new Promise((resolve) => (decide = resolve));
    const auth = { token, group: group.id, cursors: { [group.id]: revision } };
    this.socket = await RawSocket.connect(url, auth, (frame, socket) => {
      const [event, payload] = parse(frame);
      if (event === 'message:created') return this.#take(payload);
      if (event === 'group:synced') {
        if (payload.revision !== group.revision || this.revision !== group.revision) throw new Error('a hole');
        decide(true);
      } else if (event === 'closing' && payload.code === 'unavailable') {
        this.sentAway += 1; // At times right after it caught up; then that is decided already.
        void socket.close().then(() => decide(false));
      } else if (event !== 'ready' && event !== 'presence') {
        throw new Error(`did not expect ${frame}`);
      }
    });
    return decided;
  }

  /** A server that has no time may refuse a connection, too. */
  #excuse(error) {
    if (error.data?.code !== 'unavailable') throw error;
    this.sentAway += 1;
    return false;
  }

  #take({ groupId, revision }) {
    if (groupId !== this.group.id) throw new Error(`a change of ${groupId} came to ${this.group.id}`);
    if (revision !== this.revision + 1) throw new Error(`after revision ${this.revision} came ${revision}`);
    this.revision = revision;
  }
}

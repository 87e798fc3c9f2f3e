/**
 * Calls between the benchmark and its load generators, over the channel of a forked process.
 */

/**
 * In the child: answers calls with the functions of `api`. Whatever is thrown anywhere, also in an event handler, is
 * reported as the failure of the run, and the process ends. It ends with its parent, too.
 *
 * @param {Record<string, (argument: any) => unknown>} api
 */
export function serve(api) {
  const fail = (/** @type {unknown} */ error) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.send({ failed: reason }, () => process.exit(1));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole process group; the parent ends this one.
  process.on('message', async (/** @type {{ id: number; name: string; argument: any }} */ { id, name, argument }) => {
    const result = await api[name](argument);
    process.send({ id, result });
  });
}

/** In the parent: the functions that a child serves. */
export class Remote {
  #nextId = 0;
  /** @type {Map<number, { resolve(result: any): void; reject(reason: Error): void }>} */ #calls = new Map();
  /** @type {Error | undefined} */ #failure;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.child = child;
    child.on('message', (/** @type {{ id: number; result: any; failed?: string }} */ { id, result, failed }) => {
      if (failed !== undefined) return this.#fail(new Error(failed));
      this.#calls.get(id)?.resolve(result);
      this.#calls.delete(id);
    });
    child.once('exit', (code, signal) => this.#fail(new Error(`a load generator ended (${signal ?? code})`)));
  }

  /**
   * @param {string} name
   * @param {unknown} [argument]
   * @returns {Promise<any>}
   */
  call(name, argument) {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.child.send({ id, name, argument });
    });
  }

  /** @param {Error} failure the first one is the cause of the others */
  #fail(failure) {
    this.#failure ??= failure;
    for (const { reject } of this.#calls.values()) reject(this.#failure);
    this.#calls.clear();
  }
}

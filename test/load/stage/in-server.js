/** Preloaded into the servers: whatever happens to the benchmark, none of them outlives it. */
process.on('disconnect', () => process.exit());

/** Asked by the benchmark, tells how many bytes are in use once all garbage is collected. */
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.(heapUsed + external);
});

// What listens here does not keep a server from ending.
process.channel?.unref();

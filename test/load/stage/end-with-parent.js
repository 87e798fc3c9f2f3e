/** Preloaded into the servers: whatever happens to the benchmark, none of them outlives it. */
process.on('disconnect', () => process.exit());
process.channel?.unref();

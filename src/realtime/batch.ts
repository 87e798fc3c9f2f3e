import type { Emission } from './outlet.js';

/** Emissions that go out together, joined once for all the sockets that get the same ones. */
export class Batch {
  private joined: Buffer | undefined;
  private readonly unions = new Map<Batch, Batch>();

  constructor(readonly emissions: ReadonlySet<Emission>) {}

  /** The frames of all, one after the other. */
  get frames(): Buffer {
    return (this.joined ??= Buffer.concat([...this.emissions].map(({ frame }) => frame)));
  }

  /** What is in this one or the other, once: the same batch for whoever asks for it again. */
  with(other: Batch): Batch {
    const known = this.unions.get(other);
    if (known) return known;
    const emissions = new Set([...this.emissions, ...other.emissions]);
    const union = emissions.size === this.emissions.size ? this : new Batch(emissions);
    this.unions.set(other, union);
    return union;
  }
}

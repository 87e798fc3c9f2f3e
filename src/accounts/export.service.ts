import { Readable } from 'node:stream';
import { Injectable, Logger, StreamableFile } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../common/problem.js';
import { personalData } from './personal-data.js';

/** Gives people everything about them as JSON lines (NDJSON), at the pace at which it is taken. */
@Injectable()
export class ExportService {
  private readonly logger = new Logger('Export');
  private readonly running = new Set<string>();

  constructor(private readonly dataSource: DataSource) {}

  /** A stream that holds a page in memory, and no connection. One at a time on a node; throws `limit_reached`. */
  open(userId: string): StreamableFile {
    if (this.running.has(userId)) throw new Problem('limit_reached', 'There is one export at a time.');
    this.running.add(userId);
    const stream = Readable.from(lines(personalData(this.dataSource, userId)), { objectMode: false });
    stream.once('close', () => this.running.delete(userId));
    const file = new StreamableFile(stream, {
      type: 'application/x-ndjson',
      disposition: 'attachment; filename="messendger-export.ndjson"',
    });
    // What was sent so far has a 200 on it: only a connection that breaks can say that this is not all.
    file.setErrorHandler((error, response) => {
      this.logger.warn(`An export was cut off: ${error.message}`);
      response.destroy?.();
    });
    return file;
  }
}

async function* lines(pages: AsyncIterable<object[]>): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    if (page.length > 0) yield Buffer.from(page.map((item) => `${JSON.stringify(item)}\n`).join(''));
  }
}

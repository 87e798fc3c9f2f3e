import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Background } from './background.js';
import { type Letter, Mailer } from './mailer.js';

/** Writes and sends emails after the answer, so that its time tells nothing of them. */
@Injectable()
export class EmailQueue {
  constructor(
    private readonly mailer: Mailer,
    private readonly background: Background,
    private readonly config: Config,
  ) {}

  /** Whether there is a mail server; without one nothing is to be enqueued. */
  get isConfigured(): boolean {
    return this.mailer.isConfigured;
  }

  /** Where the page is, as the emails name it. */
  get pageUrl(): string {
    return this.config.pageUrl;
  }

  /** Sends what `write` returns, if that is anything. Returns at once, and never throws. */
  enqueue(what: string, write: () => Promise<Letter | null>): void {
    this.background.soon(what, async () => {
      const letter = await write();
      if (letter) await this.mailer.send(letter);
    });
  }
}

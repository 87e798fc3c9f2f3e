import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { Api } from './api.js';

/** A letter that came. */
export interface Received {
  to: string;
  subject: string;
  text: string;
}

/** A mail server of the test's own, that keeps what it is given. */
export class Mailbox {
  readonly letters: Received[] = [];
  private readonly watchers = new Set<() => void>();
  private held: Promise<void> = Promise.resolve();

  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      void Promise.all([text(stream), this.held]).then(([source]) => {
        this.letters.push({ to: envelope.rcptTo[0]!.address, ...parse(source) });
        for (const watch of this.watchers) watch();
        done();
      });
    },
  });

  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    mailbox.server.listen(0, '127.0.0.1');
    await once(mailbox.server.server, 'listening');
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** The first letter to this address, come or still to come; it is taken out. */
  async take(to: string): Promise<Received> {
    for (;;) {
      const index = this.letters.findIndex((letter) => letter.to === to);
      if (index >= 0) return this.letters.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  /** Uses the link of the next letter to this address, so that it is verified. */
  async confirm(to: string, url: string): Promise<void> {
    const { status } = await new Api(url).post('/auth/email/verify', { token: tokenIn(await this.take(to)) });
    if (status !== 204) throw new Error(`The confirmation of ${to} answered ${status}`);
  }

  /** Takes no letter until the returned function is called. */
  hold(): () => void {
    let release: () => void;
    this.held = new Promise((resolve) => (release = resolve));
    return () => release();
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

function parse(source: string): Omit<Received, 'to'> {
  const [head = '', ...body] = source.split('\r\n\r\n');
  const written = body.join('\n\n');
  const isQuoted = /^content-transfer-encoding: quoted-printable/im.test(head);
  return { subject: /^subject: (.*)$/im.exec(head)![1]!.trim(), text: isQuoted ? unquote(written) : written };
}

const unquote = (quoted: string): string =>
  quoted
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The token of the link in a letter. */
export const tokenIn = (letter: Received): string => /token=([\w-]+)/.exec(letter.text)![1]!;

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Config } from '../../config/config.js';

/** A letter, in plain text. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** How long each step of a delivery may take, in milliseconds. */
const PATIENCE = 15_000;

/** Hands letters to the SMTP server of the configuration. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly transport: Transporter | null;

  constructor(private readonly config: Config) {
    const patience = { connectionTimeout: PATIENCE, greetingTimeout: PATIENCE, socketTimeout: PATIENCE };
    this.transport =
      config.smtpUrl === null
        ? null
        : createTransport({ url: config.smtpUrl, pool: true, maxConnections: 2, ...patience });
  }

  /** Whether there is a server to hand them to. */
  get isConfigured(): boolean {
    return this.transport !== null;
  }

  /** Resolves when the server has taken the letter; a failure is logged, without the letter, and thrown. */
  async send(letter: Letter): Promise<void> {
    if (!this.transport) throw new Error('SMTP_URL is not set');
    try {
      await this.transport.sendMail({ from: this.config.mailFrom!, ...letter });
    } catch (error) {
      this.logger.error(
        `The mail server did not take a letter: ${error instanceof Error ? error.message : String(error)}`,
      );
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}

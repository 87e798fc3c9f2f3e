import { Injectable } from '@nestjs/common';
import type { User } from '../../users/user.entity.js';
import { EmailQueue } from './email-queue.js';
import { type Notice, noticeLetter } from './letters.js';

/** Tells users by email, after the answer, that the way in to their account has changed. */
@Injectable()
export class Notices {
  constructor(private readonly emails: EmailQueue) {}

  /** `user` is the account as it was before the change: the notice goes to the address that was verified then, if any. */
  tell({ email, username }: Pick<User, 'email' | 'username'>, notice: Notice): void {
    if (email === null || !this.emails.isConfigured) return;
    const letter = { to: email, ...noticeLetter(notice, this.emails.pageUrl, username) };
    this.emails.enqueue('A notice', () => Promise.resolve(letter));
  }
}

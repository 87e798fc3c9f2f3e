import type { LinkPurpose } from '../../users/one-time-token.entity.js';
import type { Letter } from './mailer.js';

/** What is written to somebody with a link, by what the link is for. */
export const LETTERS: Record<LinkPurpose, (name: string, link: string) => Omit<Letter, 'to'>> = {
  reset: (name, link) => ({
    subject: 'Choose a new password',
    text: `Hello ${name},

somebody, hopefully you, asked for a new password for your account. Choose one here within an hour:

${link}

If it was not you, do nothing: your password stays as it is.
`,
  }),
  verify: (name, link) => ({
    subject: 'Confirm your email address',
    text: `Hello ${name},

please confirm within a day that this address is yours:

${link}

If you have no account with us, do nothing.
`,
  }),
};

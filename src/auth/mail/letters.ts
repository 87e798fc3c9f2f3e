import type { Letter } from './mailer.js';

/** What the letters call the product. */
const PRODUCT = 'Messendger';

type Text = Omit<Letter, 'to'>;

/**
 * Letters to addresses that nobody has verified yet. They go to whatever address somebody typed, so nothing in them is
 * chosen by that person: neither a name nor a username.
 */
export const UNVERIFIED_LETTERS = {
  verify: (page: string, link: string): Text => ({
    subject: 'Confirm your email address',
    text: `This email address was entered for an account at ${PRODUCT} (${page}).

If that was you, confirm within a day that the address is yours:

${link}

If it was not you, do nothing: without your confirmation the address is not used.
`,
  }),
};

/** Letters to the verified address of an account. */
export const LETTERS = {
  reset: (page: string, username: string, link: string): Text => ({
    subject: 'Choose a new password',
    text: `A password reset was requested for your account @${username} at ${PRODUCT} (${page}).
Choose one here within an hour:

${link}

If it was not you, do nothing: your password stays as it is.
`,
  }),
  taken: (page: string, username: string): Text => ({
    subject: 'You have an account already',
    text: `This email address was entered for another account at ${PRODUCT} (${page}).
It belongs to your account @${username} already, so nothing has changed.

If you forgot the password of @${username}, choose “Forgot your password?” at the login. If it was not you, do nothing.
`,
  }),
};

/** What users are told when the way in to their account changes. */
export const NOTICES = {
  passwordChanged: ['Your password was changed', 'The password was changed, and all other sessions were ended.'],
  passwordReset: ['Your password was changed', 'A new password was chosen by a link, and all sessions were ended.'],
  passwordResetAndUnlinked: [
    'Your password was changed',
    'A new password was chosen by a link, and all sessions were ended. The login with Google was unlinked, since it is not known to have this email address. If it is yours, link it again in your profile.',
  ],
  emailRequested: [
    'A new email address was entered',
    'Another email address was entered for the account. It replaces this one as soon as it is confirmed by the link that was sent to it.',
  ],
  emailChanged: [
    'Your email address was changed',
    'Another email address was confirmed for the account, and replaces this one. All other sessions were ended.',
  ],
  emailRemoved: [
    'Your email address was removed',
    'This email address was removed from the account, and all other sessions were ended.',
  ],
  identityLinked: [
    'A login with Google was linked',
    'The account can be logged in to with a Google account from now on. All other sessions were ended.',
  ],
  identityUnlinked: [
    'The login with Google was unlinked',
    'The account cannot be logged in to with Google any more. All other sessions were ended.',
  ],
  accountErased: ['Your account was erased', 'The account was erased. That cannot be undone.'],
} satisfies Record<string, [subject: string, text: string]>;

export type Notice = keyof typeof NOTICES;

export function noticeLetter(notice: Notice, page: string, username: string): Text {
  const [subject, what] = NOTICES[notice];
  return {
    subject,
    text: `This is about your account @${username} at ${PRODUCT} (${page}).

${what}

If it was not you, choose a new password at once: “Forgot your password?” at the login. Where that does not help, ask those who operate the server.
`,
  };
}

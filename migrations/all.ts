import { Initial1763800000000 } from './1763800000000-initial.js';
import { ReactionsAndPins1763900000000 } from './1763900000000-reactions-and-pins.js';
import { Presence1764200000000 } from './1764200000000-presence.js';
import { Unread1764250000000 } from './1764250000000-unread.js';
import { Sessions1764300000000 } from './1764300000000-sessions.js';
import { Identities1764400000000 } from './1764400000000-identities.js';
import { AccountCare1764500000000 } from './1764500000000-account-care.js';
import { LighterWrites1764600000000 } from './1764600000000-lighter-writes.js';
import { VerifiedAddresses1764700000000 } from './1764700000000-verified-addresses.js';
import { RegistrationInvites1764710000000 } from './1764710000000-registration-invites.js';
import { EmailDomains1764720000000 } from './1764720000000-email-domains.js';

/** Every migration, oldest first. A new one is added at the end. */
export const migrations = [
  Initial1763800000000,
  ReactionsAndPins1763900000000,
  Presence1764200000000,
  Unread1764250000000,
  Sessions1764300000000,
  Identities1764400000000,
  AccountCare1764500000000,
  LighterWrites1764600000000,
  VerifiedAddresses1764700000000,
  RegistrationInvites1764710000000,
  EmailDomains1764720000000,
];

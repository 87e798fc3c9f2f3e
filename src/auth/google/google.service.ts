import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Profile } from 'passport-google-oauth20';
import { originOf } from '../../audit/request-origin.js';
import { SecurityLog } from '../../audit/security-log.js';
import { Problem, type ProblemCode } from '../../common/problem.js';
import type { Principal } from '../../common/principal.js';
import { Config } from '../../config/config.js';
import { IdentitiesService } from '../identities/identities.service.js';
import { GOOGLE } from '../identities/identity.entity.js';
import { LinkedLogins } from '../identities/linked-logins.js';
import { isSubject, toProfile } from '../identities/profile.js';
import type { Device } from '../sessions/device.js';
import { setRefreshCookie } from '../sessions/refresh-cookie.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { GoogleState, type Purpose, type State } from './google-state.js';
import { type Exchange, GoogleStrategy } from './google-strategy.js';

/** What came of it, for the page to say. */
export type Landing =
  'logged-in' | 'linked' | 'refused' | 'stale' | 'taken' | 'deactivated' | 'domain' | 'closed' | 'failed';

/** What whoever comes back may be refused with. */
const REFUSALS: Partial<Record<ProblemCode, Landing>> = {
  identity_taken: 'taken',
  account_deactivated: 'deactivated',
  domain_not_allowed: 'domain',
  registration_closed: 'closed',
  session_ended: 'stale',
  // The account was erased at that moment.
  invalid_credentials: 'stale',
};

const CALLBACK = '/auth/google/callback';

/** Logging in with Google, and linking an account with it: the way there, and the way back. */
@Injectable()
export class GoogleService {
  private readonly logger = new Logger('Google');
  private readonly strategy: GoogleStrategy | null;
  private readonly state: GoogleState;

  constructor(
    private readonly config: Config,
    private readonly identities: IdentitiesService,
    private readonly linkedLogins: LinkedLogins,
    private readonly sessions: SessionsService,
    private readonly securityLog: SecurityLog,
  ) {
    this.strategy = config.google && new GoogleStrategy(config.google);
    this.state = new GoogleState([config.jwtSecret, ...config.previousJwtSecrets]);
  }

  get isConfigured(): boolean {
    return this.strategy !== null;
  }

  /** Where to send the browser, which gets the state in a cookie. Throws `google_not_configured`. */
  async begin(request: Request, response: Response, purpose: Purpose = { kind: 'login' }): Promise<string> {
    const begin = (verifier: string) => {
      const handle = randomBytes(32).toString('base64url');
      this.state.set(request, response, { handle, verifier, purpose });
      return handle;
    };
    // Whatever is in the address, this is the way there.
    const bare = Object.create(request, { query: { value: {} }, body: { value: {} } }) as Request;
    const outcome = await this.step(bare, { begin });
    if (outcome.kind === 'redirect') return outcome.url;
    throw new Error('There is no way to Google');
  }

  /** As `begin`, to link the account of a session. Throws as `Reauthentication.confirm` too. */
  async beginLink(
    request: Request,
    response: Response,
    me: Principal,
    password: string | undefined,
  ): Promise<{ url: string }> {
    if (!this.isConfigured) throw new Problem('google_not_configured');
    const proved = await this.linkedLogins.request(me, password);
    return { url: await this.begin(request, response, { kind: 'link', ...proved }) };
  }

  /** Takes back who was sent away, and says what came of it. Throws `google_not_configured`. */
  async finish(request: Request, response: Response, device: Device): Promise<Landing> {
    const state = this.isConfigured ? this.state.take(request, response) : null;
    const outcome = await this.step(request, {
      resume: (handle) => (state && isSame(handle, state) ? state.verifier : null),
    });
    if (!state || !isSame(request.query.state, state)) return 'stale';
    if (outcome.kind === 'success') {
      return this.admit(outcome.profile, state.purpose, request, response, device).catch((error: unknown) => {
        if (error instanceof Problem) this.securityLog.recordRefusal(error, originOf(request));
        return toLanding(error);
      });
    }
    if (outcome.kind === 'error') this.logger.warn(`Google login failed: ${describe(outcome.error)}`);
    return outcome.kind === 'refused' ? 'refused' : 'failed';
  }

  private step(request: Request, exchange: Exchange) {
    if (!this.strategy) throw new Problem('google_not_configured');
    const origin = this.config.publicUrl ?? `${request.protocol}://${request.get('host') ?? 'localhost'}`;
    return this.strategy.run(request, exchange, origin + CALLBACK);
  }

  private async admit(
    { id, _json }: Profile,
    purpose: Purpose,
    request: Request,
    response: Response,
    device: Device,
  ): Promise<Landing> {
    if (!isSubject(id)) {
      this.logger.warn('Google login failed: the "sub" of what it says is no subject');
      return 'failed';
    }
    const subject = { provider: GOOGLE, subject: id };
    const profile = toProfile(_json);
    requireDomain(_json, this.config.googleDomains);
    if (purpose.kind === 'link') {
      await this.linkedLogins.link(purpose, subject, profile.email);
      this.securityLog.record('identity_linked', { address: device.address }, { userId: purpose.userId });
      return 'linked';
    }
    const user = await this.identities.userOf(subject, profile, { mayRegister: this.mayRegister });
    const { refreshToken, sessionExpiresAt } = await this.sessions.start(user.id, device);
    setRefreshCookie(request, response, refreshToken, new Date(sessionExpiresAt));
    this.securityLog.record('login_succeeded', { address: device.address }, { userId: user.id });
    return 'logged-in';
  }

  /** Whoever is of an allowed domain is invited by that. */
  private get mayRegister(): boolean {
    return this.config.registration === 'open' || this.config.googleDomains.length > 0;
  }
}

/**
 * Throws `domain_not_allowed`, unless the account is of one of the domains: managed by it (`hd`, which Google sets for its
 * organisations alone), or with an address there that Google has verified.
 */
function requireDomain(claims: object, domains: readonly string[]): void {
  if (domains.length === 0) return;
  const { hd, email, email_verified } = claims as { hd?: unknown; email?: unknown; email_verified?: unknown };
  const ofAddress = email_verified === true && typeof email === 'string' ? email.split('@').at(-1) : null;
  const isAllowed = (domain: unknown) => typeof domain === 'string' && domains.includes(domain.toLowerCase());
  if (!isAllowed(hd) && !isAllowed(ofAddress)) throw new Problem('domain_not_allowed');
}

function toLanding(error: unknown): Landing {
  const landing = error instanceof Problem ? REFUSALS[error.code] : undefined;
  if (landing === undefined) throw error;
  return landing;
}

function isSame(handle: unknown, state: State): boolean {
  const [given, expected] = [Buffer.from(typeof handle === 'string' ? handle : ''), Buffer.from(state.handle)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function describe(error: Error): string {
  const { oauthError } = error as { oauthError?: { message?: string; code?: string } };
  return [error.message, oauthError?.message ?? oauthError?.code].filter(Boolean).join(': ');
}

import type { KeyObject } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule, JwtSecretRequestType } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '../changes/changes.module.js';
import { Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConfirmationService } from './addresses/confirmation.service.js';
import { LinksController } from './addresses/links.controller.js';
import { ProfileController } from './addresses/profile.controller.js';
import { ProfileService } from './addresses/profile.service.js';
import { VerificationService } from './addresses/verification.service.js';
import { AccessTokens } from './access-tokens.js';
import { AccountSwitch } from './account-switch.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { GoogleController } from './google/google.controller.js';
import { GoogleService } from './google/google.service.js';
import { IdentitiesController } from './identities/identities.controller.js';
import { IdentitiesService } from './identities/identities.service.js';
import { Identity } from './identities/identity.entity.js';
import { LinkedLogins } from './identities/linked-logins.js';
import { ProvidersController } from './identities/providers.controller.js';
import { IssuerTokens } from './issuers/issuer-tokens.js';
import { JwtGuard } from './jwt.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { TokenController } from './oauth/token.controller.js';
import { TokenService } from './oauth/token.service.js';
import { Background } from './mail/background.js';
import { EmailQueue } from './mail/email-queue.js';
import { Mailer } from './mail/mailer.js';
import { Notices } from './mail/notices.js';
import { Passwords } from './passwords.js';
import { ForgottenPasswords } from './passwords/forgotten-passwords.js';
import { OneTimeLinks } from './passwords/one-time-links.js';
import { PasswordChange } from './passwords/password-change.js';
import { PasswordsController } from './passwords/passwords.controller.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { Reauthentication } from './passwords/reauthentication.js';
import { AccountLimit } from './rate-limits/account-limit.js';
import { AuthenticationLimit } from './rate-limits/authentication-limit.js';
import { RateLimitGuard } from './rate-limits/rate-limit.guard.js';
import { RateLimits } from './rate-limits/rate-limits.js';
import { Invites } from './registration/invites.js';
import { RegistrationService } from './registration/registration.service.js';
import { DeviceCookie } from './sessions/device-cookie.js';
import { RefreshRotation } from './sessions/refresh-rotation.js';
import { Session } from './sessions/session.entity.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { TokenKeys } from './token-keys.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Session, Identity]),
    ChangesModule,
    DatabaseModule,
    UsersModule,
    PassportModule,
    JwtModule.registerAsync({
      inject: [Config],
      useFactory: (config: Config) => {
        const keys = new TokenKeys(config);
        return {
          secretOrKeyProvider: (type, token) =>
            type === JwtSecretRequestType.SIGN ? keys.current.key : (keys.keyFor(token as string) as KeyObject),
        };
      },
    }),
  ],
  controllers: [
    AuthController,
    GoogleController,
    IdentitiesController,
    LinksController,
    PasswordsController,
    ProfileController,
    ProvidersController,
    SessionsController,
    TokenController,
  ],
  providers: [
    AuthService,
    AccessTokens,
    AccountLimit,
    AccountSwitch,
    AuthenticationLimit,
    Background,
    ConfirmationService,
    DeviceCookie,
    EmailQueue,
    ForgottenPasswords,
    GoogleService,
    Invites,
    LinkedLogins,
    Mailer,
    Notices,
    OneTimeLinks,
    IdentitiesService,
    IssuerTokens,
    PasswordChange,
    Passwords,
    PasswordsService,
    ProfileService,
    Reauthentication,
    RefreshRotation,
    RegistrationService,
    SessionsService,
    TokenKeys,
    TokenService,
    VerificationService,
    JwtStrategy,
    RateLimits,
    // In this order: who it is, then how much they may do.
    { provide: APP_GUARD, useClass: JwtGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
  ],
  exports: [
    AccessTokens,
    AccountSwitch,
    AuthenticationLimit,
    IdentitiesService,
    Invites,
    Notices,
    OneTimeLinks,
    RateLimits,
    Reauthentication,
    SessionsService,
  ],
})
export class AuthModule {}

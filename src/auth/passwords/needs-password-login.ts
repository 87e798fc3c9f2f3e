import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { Problem } from '../../common/problem.js';
import { Config } from '../../config/config.js';

@Injectable()
class PasswordLoginGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(): boolean {
    if (!this.config.passwordLogin) throw new Problem('password_login_disabled');
    return true;
  }
}

/** A route that is there only while passwords are: with `PASSWORD_LOGIN=off` it answers `password_login_disabled`. */
export const NeedsPasswordLogin = (): MethodDecorator => UseGuards(PasswordLoginGuard);

import { Controller, Get, Header, Redirect, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../../common/principal.js';
import { RateLimit } from '../rate-limits/rate-limit.guard.js';
import { type Device, RequestDevice } from '../sessions/device.js';
import { GoogleService } from './google.service.js';

/** Where browsers go, by themselves and sent by Google. Programs have nothing to do here, so the document is without it. */
@ApiExcludeController()
@Public()
@Controller('auth/google')
export class GoogleController {
  constructor(private readonly google: GoogleService) {}

  @Get()
  @RateLimit('login')
  @Redirect()
  @Header('Cache-Control', 'no-store')
  async begin(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<{ url: string }> {
    return { url: await this.google.begin(request, response) };
  }

  /** The page reads what came of it behind the `#`, which no server sees; tokens are in the cookie alone. */
  @Get('callback')
  @RateLimit('login')
  @Redirect()
  @Header('Cache-Control', 'no-store')
  async finish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @RequestDevice() device: Device,
  ): Promise<{ url: string }> {
    return { url: `/#/google/${await this.google.finish(request, response, device)}` };
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { Public } from '../../common/principal.js';
import { Config } from '../../config/config.js';
import { GoogleService } from '../google/google.service.js';
import { ProvidersResponse } from './dto/identity.dto.js';

@ApiTags('auth')
@ApiProblems('rate_limited')
@Public()
@Controller('auth/providers')
export class ProvidersController {
  constructor(
    private readonly google: GoogleService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the ways to log in and to make an account' })
  get(): ProvidersResponse {
    const { registration, passwordLogin } = this.config;
    return { google: this.google.isConfigured, registration, passwordLogin };
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { Public } from '../../common/principal.js';
import { GoogleService } from '../google/google.service.js';
import { ProvidersResponse } from './dto/identity.dto.js';

@ApiTags('auth')
@ApiProblems('rate_limited')
@Public()
@Controller('auth/providers')
export class ProvidersController {
  constructor(private readonly google: GoogleService) {}

  @Get()
  @ApiOperation({ summary: 'With which providers one can log in here' })
  get(): ProvidersResponse {
    return { google: this.google.isConfigured };
  }
}

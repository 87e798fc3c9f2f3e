import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { Public } from '../common/principal.js';
import { Unlimited } from '../common/unlimited.decorator.js';
import { HealthResponse } from './health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('health')
@ApiProblems('rate_limited')
@Public()
@Unlimited()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process runs; restart it when this fails' })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether it can serve: database reachable, migrations done, not stopping' })
  @ApiProblems('server_stopping', 'unavailable')
  async ready(): Promise<HealthResponse> {
    await this.health.ready();
    return { status: 'ok' };
  }
}

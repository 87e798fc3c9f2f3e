import { Body, Controller, Delete, Get, Header, HttpCode, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangesLogin } from '../auth/passwords/changes-login.decorator.js';
import { ProofDto } from '../auth/passwords/dto/proof.dto.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { Me, type Principal, UserId } from '../common/principal.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';

const EXAMPLE = '{"type":"profile","username":"ann"}\n{"type":"message","text":"Yes, everything is green."}\n';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems('unauthenticated', 'token_expired', 'session_ended', 'rate_limited', 'unavailable')
@Controller('users/me')
export class AccountController {
  constructor(
    private readonly erasure: ErasureService,
    private readonly exports: ExportService,
  ) {}

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Erase my account',
    description:
      'Name, email address, logins and sessions are erased at once, and all groups left. Messages stay, under “Deleted user”. It cannot be undone.',
  })
  @ApiBody({ type: ProofDto, required: false })
  @ChangesLogin()
  erase(@Me() me: Principal, @Body() { password }: ProofDto): Promise<void> {
    return this.erasure.erase(me, password);
  }

  @Get('export')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Everything about me, as lines of JSON',
    description:
      'Each line is an object with a `type`: `profile`, `session`, `identity`, `membership`, `message` or `reaction`.',
  })
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string', example: EXAMPLE } } } })
  @ApiProblems('limit_reached')
  export(@UserId() me: string): StreamableFile {
    return this.exports.open(me);
  }
}

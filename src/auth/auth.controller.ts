import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, BODY_PROBLEMS } from '../common/api-problems.decorator.js';
import { Public } from '../common/principal.js';
import { AuthService } from './auth.service.js';
import { AuthResponse, LoginDto, RegisterDto } from './dto/auth.dto.js';
import { RateLimit } from './rate-limits/rate-limit.guard.js';

@ApiTags('auth')
@ApiProblems(...BODY_PROBLEMS, 'rate_limited', 'unavailable')
@Public()
@Controller()
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  @RateLimit('register')
  @ApiOperation({ summary: 'Make an account and log in' })
  @ApiProblems('username_taken', 'email_taken')
  register(@Body() dto: RegisterDto): Promise<AuthResponse> {
    return this.auth.register(dto);
  }

  @Post('login')
  @RateLimit('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in' })
  @ApiProblems('invalid_credentials')
  login(@Body() dto: LoginDto): Promise<AuthResponse> {
    return this.auth.login(dto);
  }
}

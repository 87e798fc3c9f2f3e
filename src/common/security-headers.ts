import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const YEAR = 31_536_000;

/**
 * All that the page and Swagger UI need is files of our own, so nothing inline and nothing from elsewhere is run or
 * shown; `'self'` in `connect-src` is the WebSocket too (CSP level 3 section 6.7.2.8).
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** No text becomes markup or a script by way of the DOM (CSP level 3 with Trusted Types). */
const NO_TEXT_AS_MARKUP = { 'require-trusted-types-for': ["'script'"], 'trusted-types': ["'none'"] };

const withPolicy = (directives: Record<string, string[]>) =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
  });
const always = withPolicy({ ...CONTENT_SECURITY_POLICY, ...NO_TEXT_AS_MARKUP });
/** Swagger UI writes markup that it has cleaned, but not as Trusted Types. */
const forSwagger = withPolicy(CONTENT_SECURITY_POLICY);

/** RFC 6797 section 7.2: never over plain HTTP. */
const overTls = helmet.strictTransportSecurity({ maxAge: YEAR, includeSubDomains: true });

/** Tells browsers what no answer of ours may be used for. */
export function securityHeaders(isSecure: (request: IncomingMessage) => boolean) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    const protect = /^\/docs(?:[/?]|$)/i.test(request.url ?? '') ? forSwagger : always;
    protect(request, response, (error) => {
      if (error || !isSecure(request)) next(error);
      else overTls(request, response, next);
    });
  };
}

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

const always = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: false,
});

/** RFC 6797 section 7.2: never over plain HTTP. */
const overTls = helmet.strictTransportSecurity({ maxAge: YEAR, includeSubDomains: true });

/** Tells browsers what no answer of ours may be used for. */
export function securityHeaders(isSecure: (request: IncomingMessage) => boolean) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    always(request, response, (error) => {
      if (error || !isSecure(request)) next(error);
      else overTls(request, response, next);
    });
  };
}

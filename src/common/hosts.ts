import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { Problem } from './problem.js';
import { answerRaw } from './unreadable-requests.js';

/** Where a server listens, and how it is reached. */
interface Place {
  /** Null: as requests say. */
  publicUrl: string | null;
  /** The address that it listens on. */
  host: string;
  /** Proxies in front, whose `X-Forwarded-*` headers are to be believed. */
  trustProxy: number;
}

/** Names by which a browser reaches its own machine and no other (RFC 6761 section 6.3), as `URL` writes them. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * By which names this server is asked. A page whose own name was made to lead here (DNS rebinding) is of the same origin as
 * we are, for its browser; only the `Host` that the browser sends tells it. So a server that knows its names refuses
 * others: with a `publicUrl` it has that name, on a loopback address without a proxy none but those of the machine itself.
 */
export class Hosts {
  private readonly publicUrl: URL | null;
  private readonly proxied: boolean;
  private readonly isLocal: boolean;

  constructor({ publicUrl, host, trustProxy }: Place) {
    this.publicUrl = publicUrl === null ? null : new URL(publicUrl);
    this.proxied = trustProxy > 0;
    this.isLocal = !this.proxied && LOOPBACK.test(host.includes(':') ? `[${host}]` : host);
  }

  /** Refuses requests by any other name with 421 (RFC 9110 section 15.5.20). Probes ask for health by address. */
  readonly guard = (request: IncomingMessage, _response: unknown, next: () => void): void => {
    if (request.url?.startsWith('/health/') || this.isOwn(this.askedOf(request)?.hostname)) return next();
    const advice = this.publicUrl ? `This server is at ${this.publicUrl.origin}.` : 'Set PUBLIC_URL to use this name.';
    // An upgrade has no response to write to, so this goes to the socket.
    answerRaw(request.socket, new Problem('misdirected_request', advice));
  };

  /** The origin of our pages for the browser that asks, as its `Origin` header has it; undefined when there is none. */
  originFor(request: IncomingMessage): string | undefined {
    const asked = this.askedOf(request);
    if (this.publicUrl && !LOOPBACK.test(asked?.hostname ?? '')) return this.publicUrl.origin;
    return asked?.origin;
  }

  /** Whether the browser's connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    return this.schemeOf(request) === 'https';
  }

  private isOwn(name = ''): boolean {
    if (LOOPBACK.test(name)) return true;
    return this.publicUrl ? name === this.publicUrl.hostname : !this.isLocal;
  }

  /** What the browser asked, as far as it is in the headers. */
  private askedOf(request: IncomingMessage): URL | undefined {
    const host = this.forwarded(request, 'x-forwarded-host') ?? request.headers.host;
    const url = `${this.schemeOf(request)}://${host}`;
    return host && URL.canParse(url) ? new URL(url) : undefined;
  }

  private schemeOf(request: IncomingMessage): string {
    const encrypted = (request.socket as Partial<TLSSocket>).encrypted === true;
    return this.forwarded(request, 'x-forwarded-proto') ?? (encrypted ? 'https' : 'http');
  }

  /** As Express reads these headers: the first value is of the proxy that the browser spoke to. */
  private forwarded(request: IncomingMessage, name: string): string | undefined {
    return this.proxied ? request.headers[name]?.toString().split(',')[0]?.trim() : undefined;
  }
}

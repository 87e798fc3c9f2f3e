import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { GoogleSettings } from '../../src/config/config.js';

const CLIENT = { clientId: 'messendger', clientSecret: 'the secret of the client, for tests only' };

/**
 * A real OpenID provider in Google's place. Whoever logs in there is who they say they are. It is at another site than the
 * application, as Google is: at localhost, not at 127.0.0.1.
 */
export class OpenIdProvider {
  /** What it says of someone, by the name that they log in with. */
  readonly claims = new Map<string, Record<string, unknown>>();
  /** What it answers instead, by path: a body of JSON. */
  readonly instead = new Map<string, string>();
  private server!: Server;
  private handle: RequestListener = (_, response) => void response.writeHead(503).end();
  private port = 0;

  async open(): Promise<this> {
    this.server = createServer((request, response) => this.handle(request, response));
    await new Promise<void>((resolve) => this.server.listen(this.port, 'localhost', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get settings(): GoogleSettings {
    const { url } = this;
    return { ...CLIENT, authorizationUrl: `${url}/auth`, tokenUrl: `${url}/token`, userinfoUrl: `${url}/userinfo` };
  }

  /** From now on it knows applications by their addresses. */
  serve(...appUrls: string[]): void {
    const provider = new Provider(this.url, {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: appUrls.map((url) => `${url}/auth/google/callback`),
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      cookies: { keys: ['for tests only'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'hd'] },
      routes: { userinfo: '/userinfo' },
      pkce: { required: () => true },
      findAccount: (_context: unknown, sub: string) => ({
        accountId: sub,
        claims: () => ({ sub, ...this.claims.get(sub) }),
      }),
    });
    const answer = provider.callback();
    this.handle = (request, response) => {
      const body = this.instead.get(request.url ?? '');
      if (body === undefined) answer(request, response);
      else response.setHeader('content-type', 'application/json').end(body);
    };
  }
}

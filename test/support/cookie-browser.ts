/** A browser as far as HTTP goes: it keeps the cookies of each host, and follows nothing by itself. */
export class CookieBrowser {
  /** By origin. */
  readonly cookies = new Map<string, Map<string, string>>();

  async get(url: string): Promise<Response> {
    return this.request(url, {});
  }

  async post(url: string, form: Record<string, string>): Promise<Response> {
    return this.request(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  async request(url: string, init: RequestInit): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects until one leads to where `stop` says, or there is none; returns where it ended. */
  async follow(url: string, stop: (url: string) => boolean): Promise<{ url: string; page: string }> {
    for (let at = url; ;) {
      if (stop(at)) return { url: at, page: '' };
      const response = await this.get(at);
      const location = response.headers.get('location');
      if (location === null) return { url: at, page: await response.text() };
      at = new URL(location, at).href;
    }
  }
}

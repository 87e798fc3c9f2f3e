import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { PASSWORD, type Person } from '../support/person.js';

/** Someone at a browser, who finds things by what they are called. */
export class Visitor {
  /** What went wrong in the page itself. */
  readonly faults: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) this.faults.push(line.text());
    });
    page.on('dialog', (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async arrive(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
    context.setDefaultTimeout(15_000);
    return new Visitor(context, await context.newPage(), url);
  }

  open(path: string): Promise<unknown> {
    return this.page.goto(this.url + path);
  }

  async logIn(person: Person): Promise<void> {
    await this.page.getByLabel('Username or email').fill(person.user.username);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.button('Log in').click();
    await this.button('Log out').waitFor();
  }

  async register(username: string, name: string): Promise<void> {
    await this.button('Create an account').click();
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.page.getByLabel('Your name').fill(name);
    await this.button('Create account').click();
    await this.button('Log out').waitFor();
  }

  async openGroup(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'My conversations' }).getByRole('link', { name }).click();
    await this.log.waitFor();
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  /** A message by what it says, or by a part of that. */
  message(text: string, { exact = false } = {}): Locator {
    return this.log.getByRole('article').filter({ has: this.page.getByRole('paragraph').getByText(text, { exact }) });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Resolves when a message is there. */
  async sees(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  /** The words of every message in the list, in order, without time and state. */
  async texts(): Promise<string[]> {
    return this.log.getByRole('article').getByRole('paragraph').allInnerTexts();
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}

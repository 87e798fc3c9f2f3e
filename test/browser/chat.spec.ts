import { describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions } from 'playwright-core';
import { isFocused, Stage, stored, until, untilRead } from './stage.js';

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const stage = Stage.forThisFile();

describe('two people', () => {
  it('meet through a link, and chat', async () => {
    const ann = await stage.newcomer();
    await ann.register(`anna-${process.pid}`, 'Anna Berg');
    await ann.page.getByRole('button', { name: 'Create a group' }).click();
    await ann.page.getByLabel('Name', { exact: true }).fill('Weekend hike');
    await ann.button('Create group').click();
    await ann.page.getByRole('heading', { name: 'Weekend hike', level: 1 }).waitFor();
    await ann.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await ann.button('Copy link').click();
    await ann.page.getByText('Link copied.').waitFor();
    const link = await ann.page.evaluate<string>('navigator.clipboard.readText()');

    const ben = await stage.newcomer(link.slice(stage.url.length));
    await ben.register(`benno-${process.pid}`, 'Ben Okafor');
    await ben.page.getByRole('heading', { name: 'Weekend hike', level: 1 }).waitFor();
    await ben.button('Join group').click();
    await ben.log.waitFor();

    await ben.composer.pressSequentially('Is there room for one more?');
    await ann.page.getByText('Ben Okafor is typing…').waitFor();
    await ben.composer.press('Enter');
    await ann.sees('Is there room for one more?');
    await ann.page.getByText('Ben Okafor is typing…').waitFor({ state: 'hidden' });
    await ann.say('Always. We leave at nine.');
    await ben.sees('Always. We leave at nine.');
    expect(await ben.texts()).toEqual(['Is there room for one more?', 'Always. We leave at nine.']);
    await ann.message('Always').getByRole('img', { name: 'Sent' }).waitFor();
    await ann.page.getByText('Public group · 2 members').waitFor();
  });

  it('see what is unread, and it is read when it is looked at', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const other = await ben.group('public', ann);
    const page = await stage.at(ben);
    await page.openGroup(other.name!);
    await ann.send(group.id, 'Are you there?');
    await ann.send(group.id, 'Hello?');
    await page.page.getByRole('link', { name }).getByText('2 unread').waitFor();
    await until(async () => (await page.page.title()) === `(2) ${other.name} · Messendger`);
    await page.openGroup(name);
    await page.sees('Hello?');
    await until(async () => (await page.page.title()) === `${name} · Messendger`);
    await untilRead(ben, group);
  });

  it('edit and delete what they said, and the other one sees it', async () => {
    const { ann, ben, name } = await stage.pair();
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await Promise.all([her.openGroup(name), him.openGroup(name)]);
    await her.say('See you at tne.');
    await him.sees('See you at tne.');
    await her.composer.press('ArrowUp');
    await her.page.getByRole('textbox', { name: 'Edit message' }).fill('See you at ten.');
    await her.page.getByRole('textbox', { name: 'Edit message' }).press('Enter');
    await him.message('See you at ten.').getByText('(edited)').waitFor();

    await him.message('See you at ten.').hover();
    await him.button('Reply').click();
    await him.say('Fine with me');
    const quote = her.message('Fine with me').getByRole('button', { name: /^Go to the quoted message/ });
    await quote.getByText('See you at ten.').waitFor();

    await her.message('See you at ten.').first().hover();
    await her.button('Delete').click();
    await her.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await him.message('Message deleted').first().waitFor();
    await quote.getByText('Message deleted').waitFor();
    expect(await him.message('See you at ten.').count()).toBe(0);
  });

  it('are told at once when one is removed, and what a private group is called stays its own', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const secret = await ann.group('private');
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await him.openGroup(name);
    await her.openGroup(name);
    await her.button('Members').click();
    await her.button(`Remove ${ben.user.displayName}`).click();
    await her.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await him.page.getByText(`You are no longer a member of ${name}.`).waitFor();
    await him.log.waitFor({ state: 'detached' });
    await him.open(`/#/groups/${secret.id}`);
    await him.page.getByRole('heading', { name: 'There is no such conversation' }).waitFor();
    await him.open(`/#/groups/${group.id}`);
    await him.button('Join group').waitFor();
  });

  it('can write to each other alone', async () => {
    const { ann, ben } = await stage.pair();
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await her.button('New message').click();
    await her.page.getByRole('searchbox', { name: 'Find a person' }).fill(ben.user.username);
    await her.page.getByRole('button', { name: `@${ben.user.username}` }).click();
    await her.say('Between us');
    await him.openGroup(ann.user.displayName);
    await him.sees('Between us');
  });
});

describe('the page', () => {
  it('shows what people write as text, and makes links of addresses only', async () => {
    const { ann, ben, name } = await stage.pair();
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await Promise.all([her.openGroup(name), him.openGroup(name)]);
    const texts = [
      '<img src=x onerror=alert(1)>',
      '<script>alert(2)</script>',
      'javascript:alert(3)',
      'See https://example.org/a_(b)?q=1&r=2.',
      'שלום עולם',
    ];
    for (const text of texts) await her.say(text);
    await him.sees('שלום עולם');
    expect(await him.texts()).toEqual(texts);
    expect(await him.log.locator('img:not([role])').count()).toBe(0);
    const link = him.log.getByRole('link');
    expect(await link.count()).toBe(1);
    expect(await link.getAttribute('href')).toBe('https://example.org/a_(b)?q=1&r=2');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('is two screens on a phone, and neither is wider than it', async () => {
    const { ann, group, name } = await stage.pair();
    await ann.send(group.id, `A very long word: ${'w'.repeat(300)}`);
    const her = await stage.at(ann, stage.url, PHONE);
    const fits = () => her.page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');
    expect(await fits()).toBe(true);
    await her.openGroup(name);
    await her.sees('A very long word');
    expect(await fits()).toBe(true);
    expect(await her.page.getByRole('navigation', { name: 'My conversations' }).isVisible()).toBe(false);
    await her.composer.fill('From the road');
    await her.button('Send').tap();
    await her.message('From the road').getByRole('img', { name: 'Sent' }).waitFor();
    await her.page.getByRole('link', { name: 'Back to conversations' }).tap();
    await her.page.getByRole('navigation', { name: 'My conversations' }).waitFor();
    expect(await her.log.count()).toBe(0);
  });

  it('needs no mouse', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await ben.send(group.id, 'Do you use the keyboard?');
    const her = await stage.newcomer();
    const { keyboard } = her.page;
    await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await keyboard.type(ann.user.username);
    await keyboard.press('Tab');
    await keyboard.type('correct horse battery staple');
    await keyboard.press('Enter');
    await her.button('Log out').waitFor();
    await keyboard.press('Control+k');
    await keyboard.type(name);
    await her.page.getByRole('region', { name: 'Your conversations' }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await until(() => isFocused(her.composer));
    await keyboard.type('Only that.');
    await keyboard.press('Shift+Enter');
    await keyboard.type('Two lines.');
    await keyboard.press('Enter');
    await her.message('Only that.').getByRole('img', { name: 'Sent' }).waitFor();
    expect((await stored(ann, group)).at(-1)?.text).toBe('Only that.\nTwo lines.');

    await keyboard.press('ArrowUp');
    await until(() => isFocused(her.page.getByRole('textbox', { name: 'Edit message' })));
    await keyboard.press('Escape');
    await until(() => isFocused(her.composer));
    await keyboard.press('Shift+Tab');
    await until(() => isFocused(her.message('Only that.')));
    await keyboard.press('ArrowUp');
    await keyboard.press('r');
    await until(() => isFocused(her.composer));
    await keyboard.type('An answer');
    await keyboard.press('Enter');
    await her.message('An answer').getByRole('img', { name: 'Sent' }).waitFor();
    expect((await stored(ann, group)).at(-1)?.replyTo?.excerpt).toBe('Do you use the keyboard?');

    await her.button('New group').focus();
    await keyboard.press('Enter');
    await until(() => isFocused(her.page.getByLabel('Name', { exact: true })));
    await keyboard.press('Escape');
    await until(() => isFocused(her.button('New group')));
  });

  it('keeps the session and the draft over a reload, and forgets them on logging out', async () => {
    const { ann, name } = await stage.pair();
    const her = await stage.at(ann);
    await her.openGroup(name);
    await her.composer.fill('Half a thought');
    await her.page.reload();
    await her.log.waitFor();
    expect(await her.composer.inputValue()).toBe('Half a thought');
    await her.button('Log out').click();
    await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await her.page.evaluate<string>('JSON.stringify(localStorage)')).toBe('{}');
    await her.logIn(ann);
    await her.log.waitFor();
    expect(await her.composer.inputValue()).toBe('');
  });

  it('says what is wrong with a form, by the field', async () => {
    const visitor = await stage.newcomer();
    await visitor.button('Create an account').click();
    await visitor.page.getByLabel('Username').fill('a');
    await visitor.page.getByLabel('Password', { exact: true }).fill('short');
    await visitor.button('Create account').click();
    const username = visitor.page.getByLabel('Username');
    await until(() => isFocused(username));
    expect(await username.getAttribute('aria-invalid')).toBe('true');
    await visitor.page.getByText(/8 characters\.$/).waitFor();
    await visitor.button('Log in').click();
    await visitor.page.getByLabel('Username or email').fill('nobody-at-all');
    await visitor.page.getByLabel('Password', { exact: true }).fill('not the password');
    await visitor.button('Log in').click();
    await visitor.page.getByRole('alert').filter({ hasText: 'Wrong username or password' }).waitFor();
  });

  it('follows in every tab', async () => {
    const { ann, name } = await stage.pair();
    const her = await stage.at(ann);
    await her.openGroup(name);
    const second = await her.context.newPage();
    await second.goto(her.page.url());
    await second.getByRole('textbox', { name: /^Message / }).fill('From the second tab');
    await second.keyboard.press('Enter');
    await her.sees('From the second tab');
    expect(await her.texts()).toEqual(['From the second tab']);
    await second.getByRole('button', { name: 'Log out' }).click();
    await her.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });
});

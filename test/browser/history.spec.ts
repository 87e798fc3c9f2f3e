import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../src/changes/contract.js';
import { isFocused, isStill, sendMany, Stage, topOf, until, untilRead } from './stage.js';

const stage = Stage.forThisFile();

describe('the history', () => {
  it('loads older messages while it is scrolled, and nothing moves', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await sendMany(ann, group, 200);
    await ben.api.post(`/groups/${group.id}/read`, { seq: 200 });
    const him = await stage.at(ben);
    const held: (() => void)[] = [];
    await him.page.route(/\/messages\?.*before=/, async (route) => {
      await new Promise<void>((release) => held.push(release));
      await route.continue();
    });
    await him.openGroup(name);
    await him.sees('Message 200.');
    const messages = him.log.getByRole('article');
    await him.log.hover();

    while ((await him.message('Message 1.', { exact: true }).count()) === 0) {
      const before = await messages.count();
      // Up to the very top, where a browser by itself would not hold its place.
      await until(async () => {
        await him.page.mouse.wheel(0, -600);
        return held.length > 0 && (await isStill(messages.first())) && (await topOf(messages.first())) > 0;
      }, 'the top of what is loaded');
      const anchor = him.message(await messages.nth(1).getByRole('paragraph').innerText(), { exact: true });
      const stays = await topOf(anchor);
      held.splice(0).forEach((release) => release());
      await until(async () => (await messages.count()) > before, 'older messages');
      expect(Math.abs((await topOf(anchor)) - stays)).toBeLessThan(2);
    }
    expect(await messages.count()).toBe(200);
    await him.button('Jump to newest').click();
    await until(async () => (await topOf(messages.last())) < 800);
  });

  it('keeps what is read in its place while new messages arrive, and counts them', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await sendMany(ann, group, 40);
    const him = await stage.at(ben);
    await him.openGroup(name);
    const newest = him.message('Message 40.', { exact: true });
    await until(async () => {
      await him.log.hover();
      await him.page.mouse.wheel(0, 4_000);
      return (await him.page.getByRole('button', { name: /^Jump to newest/ }).count()) === 0;
    });
    await untilRead(ben, group);
    await him.page.mouse.wheel(0, -700);
    await him.button('Jump to newest').waitFor();
    await until(() => isStill(newest));
    const stays = await topOf(newest);
    for (const text of ['One', 'Two', 'Three']) await ann.send(group.id, text);
    await him.button('Jump to newest, 3 new messages').waitFor();
    expect(Math.abs((await topOf(newest)) - stays)).toBeLessThan(2);
    await him.log.getByText('New messages', { exact: true }).waitFor({ state: 'attached' });
    await him.button('Jump to newest, 3 new messages').click();
    await him.page.getByRole('button', { name: /^Jump to newest/ }).waitFor({ state: 'detached' });
    await untilRead(ben, group);
  });

  it('goes to the message that a quote is of, however old', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await sendMany(ann, group, 150);
    const [first] = (await ann.api.get<{ items: Message[] }>(`/messages?groupId=${group.id}&around=3&limit=5`)).body
      .items;
    await ann.api.post('/messages', { groupId: group.id, text: 'Remember?', replyTo: first!.id });
    await ben.api.post(`/groups/${group.id}/read`, { seq: 151 });
    const him = await stage.at(ben);
    await him.openGroup(name);
    await him
      .message('Remember?')
      .getByRole('button', { name: /^Go to the quoted message/ })
      .click();
    const quoted = him.message(first!.text, { exact: true });
    await quoted.waitFor();
    await until(() => isFocused(quoted));
    await him.button('Jump to newest').click();
    await him.sees('Remember?');
  });
});

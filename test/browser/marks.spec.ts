import { describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions } from 'playwright-core';
import { Person } from '../support/person.js';
import { isFocused, sendMany, Stage, stored, until } from './stage.js';
import type { Visitor } from './visitor.js';

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const stage = Stage.forThisFile();

const reaction = (visitor: Visitor, text: string, emoji: string) =>
  visitor.message(text).getByRole('button', { name: new RegExp(`^${emoji} `, 'u') });
const pins = (visitor: Visitor) => visitor.page.getByRole('region', { name: 'Pinned messages' });
const pinned = (visitor: Visitor, text: string) =>
  pins(visitor).getByRole('button', { name: new RegExp(`^Go to the pinned message of .*: ${text}`) });

describe('reactions', () => {
  it('are picked, counted, joined and taken back, before everyone’s eyes', async () => {
    const { ann, ben, name } = await stage.pair();
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await Promise.all([her.openGroup(name), him.openGroup(name)]);
    await her.say('We ship on Thursday.');
    await him.message('We ship').hover();
    await him.button('React').click();
    await him.button('Party').click();
    await reaction(her, 'We ship', '🎉').waitFor();
    expect(await reaction(her, 'We ship', '🎉').getAttribute('aria-pressed')).toBe('false');
    expect(await reaction(him, 'We ship', '🎉').getAttribute('aria-pressed')).toBe('true');
    await reaction(her, 'We ship', '🎉').click();
    await him.page.getByRole('button', { name: `🎉 2: You and ${ann.user.displayName}` }).waitFor();
    await reaction(him, 'We ship', '🎉').click();
    await her.page.getByRole('button', { name: '🎉 1: You' }).waitFor();
    await reaction(her, 'We ship', '🎉').click();
    await reaction(him, 'We ship', '🎉').waitFor({ state: 'detached' });
  });

  it('need no mouse', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await ben.send(group.id, 'Do you use the keyboard?');
    const her = await stage.at(ann);
    await her.openGroup(name);
    const { keyboard } = her.page;
    await her.message('keyboard').focus();
    await keyboard.press('Tab');
    await until(() => isFocused(her.button('React')));
    await keyboard.press('Enter');
    await until(() => isFocused(her.button('Thumbs up')));
    await keyboard.press('Escape');
    await until(() => isFocused(her.button('React')));
    await keyboard.press('Enter');
    await keyboard.press('ArrowRight');
    await until(() => isFocused(her.button('Heart')));
    await keyboard.press('Enter');
    await reaction(her, 'keyboard', '❤️').waitFor();
    await until(() => isFocused(her.button('React')));
    expect((await stored(ann, group))[0]?.reactions).toEqual([{ emoji: '❤️', count: 1, userIds: [ann.id] }]);
  });

  it('are known as mine also where too many reacted to name them all', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const { id } = await ben.send(group.id, 'Cake!');
    const crowd = await Promise.all(Array.from({ length: 20 }, () => Person.register(stage.url, 'crowd')));
    for (const person of [...crowd, ann]) {
      await person.api.post(`/groups/${group.id}/join`);
      await person.api.put(`/messages/${id}/reactions/${encodeURIComponent('🎂')}`);
    }
    const her = await stage.at(ann);
    await her.openGroup(name);
    await until(async () => (await reaction(her, 'Cake!', '🎂').getAttribute('aria-pressed')) === 'true');
    await reaction(her, 'Cake!', '🎂').click();
    await her.page.getByRole('button', { name: /^🎂 20: / }).waitFor();
    expect(await reaction(her, 'Cake!', '🎂').getAttribute('aria-pressed')).toBe('false');
  });

  it('fit a phone', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const { id } = await ben.send(group.id, 'Yes');
    for (let index = 0; index < 20; index += 1) {
      await ann.api.put(`/messages/${id}/reactions/${encodeURIComponent(String.fromCodePoint(0x1f600 + index))}`);
    }
    const her = await stage.at(ann, stage.url, PHONE);
    await her.openGroup(name);
    await her.message('Yes').getByRole('paragraph').tap();
    await her.button('React').tap();
    await her.button('Done').tap();
    await her.page.getByRole('alert').filter({ hasText: 'at most 20' }).waitFor();
    expect(await her.page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});

describe('pins', () => {
  it('are the owner’s to set, and lead everyone to the message', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await ben.send(group.id, 'The address is 5 Elm Street');
    await sendMany(ann, group, 120);
    const [her, him] = await Promise.all([stage.at(ann), stage.at(ben)]);
    await her.openGroup(name);
    await him.openGroup(name);
    await her.say('Bring your boots');
    await her.message('Bring your boots').hover();
    await her.button('Pin').click();
    await pinned(him, 'Bring your boots').click();
    await him.message('Bring your boots').getByRole('img', { name: 'Pinned' }).waitFor();
    await him.message('Bring your boots').hover();
    expect(await him.button('Unpin').count()).toBe(0);

    const [address] = (await ann.api.get<{ items: { id: string }[] }>(`/messages?groupId=${group.id}&after=0&limit=1`))
      .body.items;
    await ann.api.put(`/messages/${address!.id}/pin`);
    await pinned(him, 'The address').click();
    await him.message('The address').waitFor();
    await until(() => isFocused(him.message('The address')));
    await pins(him).getByRole('button', { name: '2 pins' }).click();
    await pinned(him, 'Bring your boots').click();
    await until(() => isFocused(him.message('Bring your boots')));

    await pins(her).getByRole('button', { name: '2 pins' }).click();
    await pins(her)
      .getByRole('button', { name: `Unpin the message of ${ben.user.displayName}` })
      .click();
    await pins(him).getByRole('button', { name: '1 pin' }).waitFor();
    await her.message('Bring your boots').hover();
    await her.button('Unpin').click();
    await pins(him).waitFor({ state: 'detached' });
  });

  it('are both people’s in a conversation of two, and go with what is deleted', async () => {
    const { ann, ben } = await stage.pair();
    const { body: direct } = await ann.api.post<{ id: string }>('/groups', { kind: 'direct', userId: ben.id });
    await ann.send(direct.id, 'Between us');
    const him = await stage.at(ben);
    await him.openGroup(ann.user.displayName);
    await him.message('Between us').hover();
    await him.button('Pin').click();
    await pinned(him, 'Between us').waitFor();
    await him.page.reload();
    await pinned(him, 'Between us').waitFor();
    const [message] = (await ann.api.get<{ items: { id: string }[] }>(`/messages?groupId=${direct.id}`)).body.items;
    await ann.api.delete(`/messages/${message!.id}`);
    await pins(him).waitFor({ state: 'detached' });
  });
});

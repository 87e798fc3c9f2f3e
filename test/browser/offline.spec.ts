import { describe, expect, it } from '@jest/globals';
import { sendMany, Stage, stored, until } from './stage.js';

const stage = Stage.forThisFile();

const REFUSED = {
  type: 'about:blank',
  title: 'Not now',
  status: 409,
  detail: 'Not now.',
  code: 'limit_reached',
};

describe('without a connection', () => {
  it('nothing is missed and nothing comes twice', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const relay = await stage.relay();
    const him = await stage.at(ben, relay.url);
    const her = await stage.at(ann);
    await Promise.all([him.openGroup(name), her.openGroup(name)]);
    await him.say('Going into the tunnel');
    await her.sees('Going into the tunnel');

    await relay.cut();
    await him.page.getByText('Reconnecting…').waitFor();
    const sent = await sendMany(ann, group, 30);
    const written = ['First of mine', 'Second of mine', 'Third of mine'];
    for (const text of written) await him.say(text);
    await until(async () => (await him.log.getByRole('img', { name: 'Sending' }).count()) === 3);
    await relay.mend();

    await him.page.getByText('Reconnecting…').waitFor({ state: 'hidden' });
    await until(async () => (await him.log.getByRole('img', { name: 'Sending' }).count()) === 0);
    const expected = ['Going into the tunnel', ...sent, ...written];
    await her.sees('Third of mine');
    await until(async () => (await him.texts()).length >= expected.length);
    expect(await him.texts()).toEqual(expected);
    expect(await her.texts()).toEqual(expected);
    expect((await stored(ann, group)).map(({ text }) => text)).toEqual(expected);
  });

  it('it is said, and the page comes back when the network does', async () => {
    const { ann, ben, group, name } = await stage.pair();
    const relay = await stage.relay();
    const him = await stage.at(ben, relay.url);
    await him.openGroup(name);
    await him.context.setOffline(true);
    await relay.cut();
    await him.page.getByText('You are offline.').waitFor();
    await ann.send(group.id, 'While you were out');
    await him.say('From nowhere');
    await him.message('From nowhere').getByRole('img', { name: 'Sending' }).waitFor();
    await relay.mend();
    await him.context.setOffline(false);
    await him.message('From nowhere').getByRole('img', { name: 'Sent' }).waitFor();
    await him.page.getByText('You are offline.').waitFor({ state: 'hidden' });
    expect(await him.texts()).toEqual(['While you were out', 'From nowhere']);
  });

  it('is too long a time away made up by the newest page, and the older ones when they are scrolled to', async () => {
    const { ann, ben, group, name } = await stage.pair();
    await ann.send(group.id, 'Before');
    const relay = await stage.relay();
    const him = await stage.at(ben, relay.url);
    await him.openGroup(name);
    await him.sees('Before');
    await relay.cut();
    await him.page.getByText('Reconnecting…').waitFor();
    for (let batch = 0; batch < 21; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, () => ann.send(group.id, 'Meanwhile')));
    }
    await ann.send(group.id, 'At last');
    await relay.mend();
    await him.sees('At last');
    await until(async () => (await him.page.title()) === `${name} · Messendger`);
    const shown = (await him.texts()).length;
    expect(shown).toBeLessThan(200);
    await him.log.hover();
    await until(async () => {
      await him.page.mouse.wheel(0, -2_000);
      return (await him.texts()).length > shown;
    }, 'older messages');
  });

  it('what was not sent survives a reload, and is sent once', async () => {
    const { ann, name, group } = await stage.pair();
    const her = await stage.at(ann);
    let isBlocked = false;
    await her.context.routeWebSocket('**/socket.io/**', async (socket) => {
      if (isBlocked) await socket.close();
      else socket.connectToServer();
    });
    await her.context.route('**/socket.io/**', (route) => (isBlocked ? route.abort() : route.continue()));
    isBlocked = true;
    await her.page.reload();
    await her.openGroup(name);
    await her.say('Keep this');
    await her.say('And this');
    await her.page.reload();
    await her.message('And this').getByRole('img', { name: 'Sending' }).waitFor();
    expect(await stored(ann, group)).toEqual([]);
    isBlocked = false;
    await her.message('And this').getByRole('img', { name: 'Sent' }).waitFor();
    expect((await stored(ann, group)).map(({ text }) => text)).toEqual(['Keep this', 'And this']);
    await her.page.reload();
    await her.sees('And this');
    expect(await her.texts()).toEqual(['Keep this', 'And this']);
  });

  it('a refused message can be sent again, and keeps its id', async () => {
    const { ann, name, group } = await stage.pair();
    const her = await stage.visitor();
    const ids: string[] = [];
    await her.context.routeWebSocket('**/socket.io/**', (socket) => {
      const far = socket.connectToServer();
      socket.onMessage((data) => {
        const [, ack, id] = /^42(\d+)\["message:send",.*"id":"([^"]+)"/.exec(String(data)) ?? [];
        if (id) ids.push(id);
        if (id && ids.length === 1) socket.send(`43${ack}[${JSON.stringify({ error: REFUSED })}]`);
        else far.send(data);
      });
    });
    await her.open('/');
    await her.logIn(ann);
    await her.openGroup(name);
    await her.say('Take it or leave it');
    await her.message('Take it or leave it').getByText(`Not sent. ${REFUSED.detail}`).waitFor();
    expect(await stored(ann, group)).toEqual([]);
    await her.button('Retry').click();
    await her.message('Take it or leave it').getByRole('img', { name: 'Sent' }).waitFor();
    expect(await her.texts()).toEqual(['Take it or leave it']);
    expect((await stored(ann, group)).map(({ id }) => id)).toEqual([ids[1]]);
    expect(ids[0]).toBe(ids[1]);
  });
});

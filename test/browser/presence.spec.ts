import { describe, it } from '@jest/globals';
import type { Group } from '../../src/changes/contract.js';
import { Person } from '../support/person.js';
import { Stage } from './stage.js';

const stage = Stage.forThisFile();

describe('who is online', () => {
  it('is shown in a direct conversation and among the members, and follows them as they come and go', async () => {
    const { ann, ben, name } = await stage.pair();
    await ann.api.post<Group>('/groups', { kind: 'direct', userId: ben.id });
    const her = await stage.at(ann);
    await her.openGroup(ben.user.displayName);
    const subtitle = her.page.locator('.screen-subtitle');
    await subtitle.getByText(`@${ben.user.username}`, { exact: true }).waitFor();

    await ben.connect();
    await subtitle.getByText(`@${ben.user.username} · online`).waitFor();
    await her.openGroup(name);
    await her.button('Members').click();
    const member = her.page.getByRole('region', { name: 'Members' }).getByText(`@${ben.user.username}`);
    await member.getByText('· online').waitFor();

    ben.leave();
    await member.getByText('· last seen just now').waitFor();
    await her.openGroup(ben.user.displayName);
    await subtitle.getByText('· last seen just now').waitFor();
  });

  it('is shown of someone in a direct conversation alone as soon as they answer', async () => {
    const { ann } = await stage.pair();
    const eve = await Person.register(ann.url, 'eve');
    const { body: group } = await ann.api.post<Group>('/groups', { kind: 'direct', userId: eve.id });
    const her = await stage.at(ann);
    await her.openGroup(eve.user.displayName);
    const witness = await eve.connect();
    // Eve has been stored as online by the time that another connection of theirs is told of somebody who came later.
    const shared = await eve.group('public');
    const later = await Person.register(ann.url, 'later');
    await later.api.post(`/groups/${shared.id}/join`);
    await later.connect();
    await witness.next('presence', ({ userId }) => userId === later.id);
    const subtitle = her.page.locator('.screen-subtitle');
    await subtitle.getByText(`@${eve.user.username}`, { exact: true }).waitFor();
    await eve.send(group.id, 'Hello');
    await subtitle.getByText(`@${eve.user.username} · online`).waitFor();
    [eve, later].forEach((person) => person.leave());
  });

  it('is read again after the line was down', async () => {
    const { ann, ben, name } = await stage.pair();
    await ann.api.post<Group>('/groups', { kind: 'direct', userId: ben.id });
    const relay = await stage.relay();
    const her = await stage.at(ann, relay.url);
    await her.openGroup(name);
    await her.button('Members').click();
    await her.openGroup(ben.user.displayName);
    const subtitle = her.page.locator('.screen-subtitle');
    await subtitle.getByText(`@${ben.user.username}`, { exact: true }).waitFor();

    await relay.cut();
    await her.page.getByText('Reconnecting…').waitFor();
    const witness = await ann.connect();
    await ben.connect();
    await witness.next('presence', ({ userId }) => userId === ben.id);
    await relay.mend();
    await subtitle.getByText('· online').waitFor();
    await her.openGroup(name);
    await her.button('Members').click();
    const members = her.page.getByRole('region', { name: 'Members' });
    await members.getByText(`@${ben.user.username} · online`).waitFor();
    [ann, ben].forEach((person) => person.leave());
  });
});

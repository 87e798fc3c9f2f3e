import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { PASSWORD, Person } from '../support/person.js';
import { BuiltServer } from './built-server.js';
import { Stage } from './stage.js';
import type { Visitor } from './visitor.js';

const ANOTHER = 'a wholly different horse';

describe('A password at the page', () => {
  const stage = Stage.forThisFile();
  let mailbox: Mailbox;
  let server: BuiltServer;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const from = 'Messendger <chat@example.org>';
    server = await BuiltServer.start({ SMTP_URL: mailbox.url, MAIL_FROM: from, PUBLIC_URL: 'http://page.example' });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.close();
  });

  const logIn = async (visitor: Visitor, ann: Person, password: string) => {
    await visitor.page.getByLabel('Username or email').fill(ann.user.username);
    await visitor.page.getByLabel('Password', { exact: true }).fill(password);
    await visitor.button('Log in').click();
  };

  it('is changed by who knows the old one, which ends the other sessions', async () => {
    const { ann } = await stage.pair();
    const [her, elsewhere] = [await stage.at(ann), await stage.at(ann)];
    await her.button('Your profile').click();
    await her.page.getByText('Change password').first().click();
    const oldPassword = her.page.getByLabel('Password so far');
    await her.page.getByLabel('New password').fill(ANOTHER);
    await oldPassword.fill('not this one');
    await her.button('Change password').click();
    await her.page.getByText('The password is wrong').first().waitFor();
    await oldPassword.fill('correct horse battery staple');
    await her.button('Change password').click();
    await her.page.getByText('Password changed.').waitFor();
    await elsewhere.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await logIn(elsewhere, ann, ANOTHER);
    await elsewhere.button('Log out').waitFor();
  });

  it('is asked for before the email address changes, which waits for the link that is sent there', async () => {
    const ann = await Person.register(server.url, 'ann');
    const email = `${ann.user.username}@example.org`;
    const her = await stage.at(ann, server.url);
    await her.button('Your profile').click();
    await her.page.getByText('Change email address').first().click();
    await her.page.getByLabel('New email address').fill(email);
    await her.button('Change email address').click();
    await her.page.getByText('The password is wrong').first().waitFor();
    await her.page.getByLabel('Current password').fill(PASSWORD);
    await her.button('Change email address').click();
    await her.page.getByText(`${email} is not confirmed yet`).waitFor();
    const link = `/#/verify?token=${tokenIn(await mailbox.take(email))}`;
    await her.open(link);
    await her.page.reload();
    await her.page.getByText(`the account @${ann.user.username}.`).waitFor();
    await her.button('Confirm').click();
    await her.page.getByText('Your email address is confirmed.').waitFor();
    await her.button('Your profile').click();
    await her.page.getByText(`Your email address is ${email}.`).waitFor();
  });

  it('that was forgotten is replaced by the link of a letter, once', async () => {
    const ann = await Person.register(server.url, 'ann');
    const email = `${ann.user.username}@example.org`;
    await ann.api.patch('/users/me', { email, currentPassword: PASSWORD });
    await mailbox.confirm(email, server.url);
    const her = await stage.visitor(server.url);
    await her.open('/');
    await her.button('Forgot your password?').click();
    await her.page.getByLabel('Email').fill(email);
    await her.button('Send the link').click();
    await her.page.getByText('a link is on its way').waitFor();

    const link = `/#/reset?token=${tokenIn(await mailbox.take(email))}`;
    await her.open(link);
    await her.page.getByText(`For your account @${ann.user.username}.`).waitFor();
    await her.page.getByLabel('New password').fill(ANOTHER);
    await her.button('Set the password').click();
    await her.page.getByText('Your new password is set.').waitFor();
    await logIn(her, ann, ANOTHER);
    await her.button('Log out').waitFor();

    const other = await stage.visitor(server.url);
    await other.open(link);
    await other.page.getByLabel('New password').fill('yet another long one');
    await other.button('Set the password').click();
    await other.page.getByRole('alert').filter({ hasText: /link/i }).waitFor();
  });
});

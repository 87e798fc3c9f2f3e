import { useState } from 'react';
import type { WaysIn } from '../api';
import { useRoute } from '../router';
import { session } from '../session';
import { useWaysIn } from '../use-ways-in';
import { AuthPicture } from './AuthPicture';
import { GoogleButton } from './GoogleButton';
import { Mark } from './Icon';
import { ForgottenForm } from './ForgottenForm';
import { LogInForm } from './LogInForm';
import { RegisterForm } from './RegisterForm';

type Form = 'log-in' | 'register' | 'forgotten';

/** The door: logging in, or making an account. */
export function AuthScreen() {
  const route = useRoute();
  const ways = useWaysIn();
  const invite = route.name === 'register' ? route.invite : undefined;
  const [chosen, choose] = useState<Form>(invite ? 'register' : 'log-in');
  const canRegister = mayRegister(ways, invite);
  const form = chosen === 'register' && !canRegister ? 'log-in' : chosen;
  const ending = session.ending();
  return (
    <main className="auth">
      <AuthPicture />
      <section className="auth-side">
        <div className="auth-box">
          <div className="auth-brand">
            <Mark />
            <span>Messendger</span>
          </div>
          <h1>{TITLES[form]}</h1>
          <p className="auth-lead">{leadOf(form, route.name === 'group')}</p>
          {ending && (
            <p className="notice" role="status">
              {ending}
            </p>
          )}
          {ways.passwordLogin && <PasswordForm form={form} invite={invite} choose={choose} />}
          {form !== 'forgotten' && <GoogleButton isThere={ways.google} />}
          {canRegister && (
            <p className="auth-switch">
              {form === 'register' ? 'Already have an account?' : 'New here?'}{' '}
              <button
                type="button"
                className="link-button"
                onClick={() => choose(form === 'register' ? 'log-in' : 'register')}
              >
                {form === 'register' ? 'Log in' : 'Create an account'}
              </button>
            </p>
          )}
        </div>
      </section>
    </main>
  );
}

interface FormProps {
  form: Form;
  invite: string | undefined;
  choose: (form: Form) => void;
}

function PasswordForm({ form, invite, choose }: FormProps) {
  if (form === 'register') return <RegisterForm invite={invite} />;
  const hasForgotten = form === 'forgotten';
  return (
    <>
      {hasForgotten ? <ForgottenForm /> : <LogInForm />}
      <p className="auth-switch">
        <button type="button" className="link-button" onClick={() => choose(hasForgotten ? 'log-in' : 'forgotten')}>
          {hasForgotten ? 'Back to the login' : 'Forgot your password?'}
        </button>
      </p>
    </>
  );
}

function mayRegister({ passwordLogin, registration }: WaysIn, invite: string | undefined): boolean {
  return passwordLogin && (registration === 'open' || (registration === 'invited' && invite !== undefined));
}

const TITLES: Record<Form, string> = {
  'log-in': 'Welcome back',
  register: 'Create your account',
  forgotten: 'Forgot your password?',
};

function leadOf(form: Form, isInvited: boolean): string {
  if (form === 'forgotten') return 'We send you a link to choose another.';
  const isNew = form === 'register';
  if (isInvited) return `Someone shared a conversation with you. ${isNew ? 'Join in' : 'Log in'} to open it.`;
  return isNew ? 'Pick a username, and start talking.' : 'Log in to pick up your conversations.';
}

import { useState } from 'react';
import { useRoute } from '../router';
import { session } from '../session';
import { AuthPicture } from './AuthPicture';
import { GoogleButton } from './GoogleButton';
import { Mark } from './Icon';
import { ForgottenForm } from './ForgottenForm';
import { LogInForm } from './LogInForm';
import { RegisterForm } from './RegisterForm';

/** The door: logging in, or making an account. */
export function AuthScreen() {
  const [isNew, setNew] = useState(false);
  const [hasForgotten, setForgotten] = useState(false);
  const isInvited = useRoute().name === 'group';
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
          <h1>{hasForgotten ? 'Forgot your password?' : isNew ? 'Create your account' : 'Welcome back'}</h1>
          <p className="auth-lead">
            {hasForgotten ? 'We send you a link to choose another.' : leadOf(isNew, isInvited)}
          </p>
          {ending && (
            <p className="notice" role="status">
              {ending}
            </p>
          )}
          {hasForgotten ? <ForgottenForm /> : isNew ? <RegisterForm /> : <LogInForm />}
          {!isNew && (
            <p className="auth-switch">
              <button type="button" className="link-button" onClick={() => setForgotten(!hasForgotten)}>
                {hasForgotten ? 'Back to the login' : 'Forgot your password?'}
              </button>
            </p>
          )}
          {!hasForgotten && <GoogleButton />}
          <p className="auth-switch">
            {isNew ? 'Already have an account?' : 'New here?'}{' '}
            <button
              type="button"
              className="link-button"
              onClick={() => {
                setForgotten(false);
                setNew(!isNew);
              }}
            >
              {isNew ? 'Log in' : 'Create an account'}
            </button>
          </p>
        </div>
      </section>
    </main>
  );
}

function leadOf(isNew: boolean, isInvited: boolean): string {
  if (isInvited) return `Someone shared a conversation with you. ${isNew ? 'Join in' : 'Log in'} to open it.`;
  return isNew ? 'Pick a username, and start talking.' : 'Log in to pick up your conversations.';
}

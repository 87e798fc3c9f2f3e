import type { ReactNode } from 'react';
import { HOME } from '../router';
import { Icon } from './Icon';

/** The head of a screen; where the list is a screen of its own, with the way back to it. */
export function ScreenHead({ children }: { children: ReactNode }) {
  return (
    <header className="screen-head">
      <a className="icon-button screen-back" href={HOME} aria-label="Back to conversations">
        <Icon name="back" />
      </a>
      {children}
    </header>
  );
}

import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId, useState } from 'react';
import { Icon } from './Icon';

interface About {
  label: string;
  hint?: string;
  error?: string | undefined;
}

type InputProps = About & InputHTMLAttributes<HTMLInputElement>;

/** A labelled line of text, with its error or hint below. A password can be made visible. */
export function Field({ label, hint, error, type = 'text', ...input }: InputProps) {
  const id = useId();
  const [isVisible, setVisible] = useState(false);
  const isPassword = type === 'password';
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-input">
        <input
          {...input}
          id={id}
          type={isPassword && isVisible ? 'text' : type}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
        />
        {isPassword && (
          <button
            type="button"
            className="icon-button"
            aria-label="Show password"
            aria-pressed={isVisible}
            onClick={() => setVisible(!isVisible)}
          >
            <Icon name={isVisible ? 'eyeOff' : 'eye'} />
          </button>
        )}
      </div>
      <FieldNote id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

/** A labelled text of several lines. */
export function TextField({ label, hint, error, ...area }: About & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        {...area}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-note` : undefined}
      />
      <FieldNote id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

function FieldNote({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  if (error) {
    return (
      <p id={id} className="field-error">
        {error}
      </p>
    );
  }
  return hint ? (
    <p id={id} className="field-hint">
      {hint}
    </p>
  ) : null;
}

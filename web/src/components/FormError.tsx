import { Icon } from './Icon';

/** What is wrong with a form as a whole. */
export function FormError({ text }: { text: string | null }) {
  return (
    <div role="alert">
      {text && (
        <p className="form-error">
          <Icon name="alert" />
          {text}
        </p>
      )}
    </div>
  );
}

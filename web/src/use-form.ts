import { type SyntheticEvent, useState } from 'react';
import { Problem, messageOf } from './problem';

/** A form that is sent once at a time; what is wrong with it is shown by the fields, and the first one gets the focus. */
export interface Form {
  isBusy: boolean;
  /** What is wrong as a whole, when no field is to blame. */
  error: string | null;
  /** What is wrong with a field. */
  errorOf: (field: string) => string | undefined;
  onSubmit: (event: SyntheticEvent<HTMLFormElement>) => void;
}

/** Sends the texts of a form's named fields by `send`; `fields` are those that can show an error of their own. */
export function useForm(fields: readonly string[], send: (texts: Record<string, string>) => Promise<void>): Form {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const errorOf = (field: string) => (problem instanceof Problem ? sentence(problem.field(field), field) : undefined);

  const submit = async (form: HTMLFormElement) => {
    setBusy(true);
    setProblem(null);
    try {
      await send(textsOf(form));
    } catch (error) {
      setProblem(error);
      focusFirst(form, fields, error);
    } finally {
      setBusy(false);
    }
  };

  return {
    isBusy,
    error: problem !== null && !fields.some(errorOf) ? messageOf(problem) : null,
    errorOf,
    onSubmit: (event) => {
      event.preventDefault();
      if (!isBusy) void submit(event.currentTarget);
    },
  };
}

function textsOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries(
    [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function focusFirst(form: HTMLFormElement, fields: readonly string[], error: unknown): void {
  const wrong = error instanceof Problem ? fields.find((field) => error.field(field)) : undefined;
  const element = wrong ? form.elements.namedItem(wrong) : null;
  if (element instanceof HTMLElement) element.focus();
}

/** The server names the field as the API calls it; below the field that reads better as a sentence. */
function sentence(message: string | undefined, field: string): string | undefined {
  if (!message) return undefined;
  const words = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1).replace(/\.$/, '')}.`;
}

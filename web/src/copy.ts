import { toast } from './toasts';

/** Copies a text, and says so. Pages over plain http have no clipboard; there the old way helps. */
export async function copyText(text: string, what: string): Promise<void> {
  const isCopied =
    'clipboard' in navigator
      ? await navigator.clipboard.writeText(text).then(
          () => true,
          () => copyBySelection(text),
        )
      : copyBySelection(text);
  toast.info(isCopied ? `${what} copied.` : `Copy it from here: ${text}`);
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.className = 'visually-hidden';
  area.value = text;
  // In an open dialog nothing outside of it can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  const focused = document.activeElement;
  area.select();
  // The one way there was before the clipboard, and still the only one without TLS.
  const isCopied = (document as { execCommand(command: string): boolean }).execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

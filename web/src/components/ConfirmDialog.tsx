import { useState } from 'react';
import { toast } from '../toasts';
import { Dialog } from './Dialog';

interface Props {
  title: string;
  text: string;
  action: string;
  onConfirm: () => Promise<void> | void;
  onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, text, action, onConfirm, onClose }: Props) {
  const [isBusy, setBusy] = useState(false);

  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      toast.error(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <p className="dialog-text">{text}</p>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button"
          data-kind="danger"
          disabled={isBusy}
          data-autofocus
          onClick={() => void confirm()}
        >
          {action}
        </button>
      </footer>
    </Dialog>
  );
}

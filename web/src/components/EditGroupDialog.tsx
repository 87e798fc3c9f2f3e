import { api } from '../api';
import { useChat } from '../chat/current';
import type { OwnGroup } from '../state/model';
import { useForm } from '../use-form';
import { Dialog } from './Dialog';
import { Field, TextField } from './Field';
import { FormError } from './FormError';

/** Changes what a group is called and what it is about. */
export function EditGroupDialog({ group, onClose }: { group: OwnGroup; onClose: () => void }) {
  const chat = useChat();
  const form = useForm(['name', 'description'], async ({ name = '', description = '' }) => {
    chat.add(await api.updateGroup(group.id, { name, description }));
    onClose();
  });
  return (
    <Dialog title="Edit group" onClose={onClose}>
      <form className="form" noValidate onSubmit={form.onSubmit}>
        <FormError text={form.error} />
        <Field label="Name" name="name" defaultValue={group.name ?? ''} maxLength={100} error={form.errorOf('name')} />
        <TextField
          label="What it is about (optional)"
          name="description"
          rows={3}
          maxLength={500}
          defaultValue={group.description ?? ''}
          error={form.errorOf('description')}
        />
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary" disabled={form.isBusy}>
            Save
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

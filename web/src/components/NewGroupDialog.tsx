import { api } from '../api';
import { useChat } from '../chat/current';
import { go, groupPath } from '../router';
import { useForm } from '../use-form';
import { Dialog } from './Dialog';
import { Field, TextField } from './Field';
import { FormError } from './FormError';
import { Icon } from './Icon';

/** Makes a group, and opens it. */
export function NewGroupDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const form = useForm(['name', 'description'], async ({ name = '', description = '', kind }) => {
    const group = await api.createGroup({
      kind: kind === 'private' ? 'private' : 'public',
      name,
      ...(description.trim() && { description }),
    });
    chat.add(group);
    onClose();
    go(groupPath(group.id));
  });
  return (
    <Dialog title="New group" onClose={onClose}>
      <form className="form" noValidate onSubmit={form.onSubmit}>
        <FormError text={form.error} />
        <Field
          label="Name"
          name="name"
          autoComplete="off"
          maxLength={100}
          data-autofocus
          error={form.errorOf('name')}
        />
        <TextField
          label="What it is about (optional)"
          name="description"
          rows={2}
          maxLength={500}
          error={form.errorOf('description')}
        />
        <fieldset className="choices" data-kind="cards">
          <legend>Who can join</legend>
          <label className="choice">
            <input type="radio" name="kind" value="public" defaultChecked />
            <Icon name="globe" />
            <span>
              <strong>Public</strong>
              <small>Anyone can find it and join</small>
            </span>
          </label>
          <label className="choice">
            <input type="radio" name="kind" value="private" />
            <Icon name="lock" />
            <span>
              <strong>Private</strong>
              <small>Only people you add</small>
            </span>
          </label>
        </fieldset>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary" disabled={form.isBusy}>
            Create group
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

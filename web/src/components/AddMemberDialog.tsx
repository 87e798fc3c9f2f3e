import type { UserSummary } from '../../../src/changes/contract';
import { api } from '../api';
import { useChat } from '../chat/current';
import type { GroupEntry } from '../state/model';
import { toast } from '../toasts';
import { Dialog } from './Dialog';
import { PeopleSearch } from './PeopleSearch';

/** Adds people to a group, one after the other. */
export function AddMemberDialog({ entry, onClose }: { entry: GroupEntry; onClose: () => void }) {
  const chat = useChat();
  const { group, members } = entry;

  const add = async (user: UserSummary) => {
    try {
      await api.addMember(group.id, user.id);
      toast.info(`${user.displayName} is in.`);
      await chat.refresh(group.id);
    } catch (error) {
      toast.error(error);
    }
  };

  return (
    <Dialog title="Add people" onClose={onClose}>
      <PeopleSearch
        label="Find people to add"
        action="Add"
        without={({ id }) => members?.members[id]?.leftAt === null}
        onChoose={(user) => void add(user)}
      />
    </Dialog>
  );
}

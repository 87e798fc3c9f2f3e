import { useChatState } from '../chat/current';
import { useStartDirect } from '../chat/use-start-direct';
import { Dialog } from './Dialog';
import { PeopleSearch } from './PeopleSearch';

/** Starts a conversation with one person. */
export function NewDirectDialog({ onClose }: { onClose: () => void }) {
  const me = useChatState((state) => state.me.id);
  const startDirect = useStartDirect();
  return (
    <Dialog title="New message" onClose={onClose}>
      <PeopleSearch
        label="Find a person"
        action="Write"
        without={({ id }) => id === me}
        onChoose={({ id }) => void startDirect(id).then((isStarted) => isStarted && onClose())}
      />
    </Dialog>
  );
}

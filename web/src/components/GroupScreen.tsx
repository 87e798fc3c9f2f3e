import { useChatState, useGroup } from '../chat/current';
import { Conversation } from './Conversation';
import { OutsideGroup } from './OutsideGroup';

/** What the address of a group shows: the conversation, or the way into it. */
export function GroupScreen({ groupId }: { groupId: string }) {
  const isMine = useGroup(groupId) !== undefined;
  const isLoaded = useChatState((state) => state.loaded);
  if (isMine) return <Conversation groupId={groupId} />;
  if (!isLoaded) return <div className="screen screen-wait" role="status" aria-label="Loading the conversation" />;
  return <OutsideGroup groupId={groupId} />;
}

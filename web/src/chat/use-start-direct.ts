import { api } from '../api';
import { go, groupPath } from '../router';
import { toast } from '../toasts';
import { useChat } from './current';

/** Opens the conversation with a person, which is made when there is none; false when that failed. */
export function useStartDirect(): (userId: string) => Promise<boolean> {
  const chat = useChat();
  return async (userId) => {
    try {
      const group = await api.createGroup({ kind: 'direct', userId });
      chat.add(group);
      go(groupPath(group.id));
      return true;
    } catch (error) {
      toast.error(error);
      return false;
    }
  };
}

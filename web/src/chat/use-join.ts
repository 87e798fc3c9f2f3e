import { api } from '../api';
import { go, groupPath } from '../router';
import { toast } from '../toasts';
import { useChat } from './current';

/** Joins a public group, and opens it. */
export function useJoin(): (groupId: string) => Promise<void> {
  const chat = useChat();
  return async (groupId) => {
    try {
      chat.add(await api.joinGroup(groupId));
      go(groupPath(groupId));
    } catch (error) {
      toast.error(error);
    }
  };
}

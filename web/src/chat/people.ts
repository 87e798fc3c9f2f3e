import type { UserSummary } from '../../../src/changes/contract';
import { api } from '../api';
import { inGroup } from '../state/groups';
import type { ChatState } from '../state/model';
import type { Store } from '../state/store';

/** Who is who, and who is where. */
export class People {
  private readonly asked = new Set<string>();

  constructor(private readonly store: Store<ChatState>) {}

  /** Learns the name that belongs to an id, once. */
  async meet(userId: string): Promise<void> {
    if (this.store.get().people[userId] || this.asked.has(userId)) return;
    this.asked.add(userId);
    try {
      this.learn(await api.user(userId));
    } catch {
      this.asked.delete(userId);
    }
  }

  /** Loads the first people of a group, or the next ones. */
  async loadMembers(groupId: string): Promise<void> {
    const known = this.store.get().groups[groupId]?.members;
    if (known && known.nextCursor === null) return;
    const page = await api.members(groupId, known?.nextCursor);
    const read = Object.fromEntries(page.items.map((member) => [member.user.id, member]));
    page.items.forEach(({ user }) => this.learn(user));
    this.store.set((state) =>
      inGroup(state, groupId, (entry) => {
        const members = { ...read };
        for (const [id, member] of Object.entries(entry.members?.members ?? {})) {
          if (!members[id] || members[id].revision < member.revision) members[id] = member;
        }
        return { ...entry, members: { members, nextCursor: page.nextCursor } };
      }),
    );
  }

  private learn(user: UserSummary): void {
    this.store.set((state) => ({ ...state, people: { ...state.people, [user.id]: user } }));
  }
}

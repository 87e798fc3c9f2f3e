import type { Member, UserSummary } from '../../../src/changes/contract';
import { api } from '../api';
import { inGroup } from '../state/groups';
import type { ChatState } from '../state/model';
import type { Store } from '../state/store';
import type { PresenceBoard } from './presence';

/** Who is who, and who is where. */
export class People {
  private readonly asked = new Set<string>();

  constructor(
    private readonly store: Store<ChatState>,
    private readonly presence: PresenceBoard,
  ) {}

  /** Learns the name that belongs to an id, once. */
  async meet(userId: string): Promise<void> {
    if (this.store.get().people[userId] || this.asked.has(userId)) return;
    this.asked.add(userId);
    try {
      const user = await api.user(userId);
      this.learn(user);
      this.presence.meet(user);
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
    this.presence.learn(page.items.map((member) => ({ ...member, userId: member.user.id })));
    this.store.set((state) =>
      inGroup(state, groupId, (entry) => {
        const members: Record<string, Member> = { ...read };
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

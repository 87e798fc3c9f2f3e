import type { Presence, ShownPresence, UserWithPresence } from '../../../src/changes/contract';
import { api } from '../api';
import type { ChatState } from '../state/model';
import type { Store } from '../state/store';

/** Who is online, of the people met so far. What is told is read again after every reconnect. */
export class PresenceBoard {
  constructor(private readonly store: Store<ChatState>) {}

  /** Somebody came or went. Whoever is not on the page is read when they are. */
  heard({ userId, ...presence }: { userId: string } & Presence): void {
    if (this.store.get().people[userId]) this.note({ [userId]: presence });
  }

  /** Takes over what was read with people, as far as it is for me to see. */
  learn(found: ({ userId: string } & ShownPresence)[]): void {
    const shown = found.flatMap(({ userId, status, lastSeenAt }) =>
      status === null ? [] : [[userId, { status, lastSeenAt }] as const],
    );
    this.note(Object.fromEntries(shown));
  }

  /** As `learn`, of one. */
  meet({ id, status, lastSeenAt }: UserWithPresence): void {
    this.learn([{ userId: id, status, lastSeenAt }]);
  }

  /** The other one of a direct group wrote in it: if that was for the first time, their presence is shown from now on. */
  async answered(userId: string): Promise<void> {
    if (!this.store.get().presence[userId]) this.meet(await api.user(userId));
  }

  /** Reads again whatever the page shows. */
  async refresh(): Promise<void> {
    const { groups } = this.store.get();
    if (Object.values(groups).some(({ group }) => group.peer)) await this.refreshPeers();
    for (const groupId of Object.keys(groups)) await this.refreshMembers(groupId);
  }

  /** Reads again the members of a group, as many as the page knows. */
  async refreshMembers(groupId: string): Promise<void> {
    const known = Object.keys(this.store.get().groups[groupId]?.members?.members ?? {}).length;
    let cursor: string | null | undefined;
    for (let read = 0; cursor !== null && read < known;) {
      const page = await api.members(groupId, cursor);
      this.learn(page.items.map((member) => ({ ...member, userId: member.user.id })));
      read += page.items.length;
      cursor = page.nextCursor;
    }
  }

  private async refreshPeers(): Promise<void> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await api.myGroups(cursor);
      for (const { peer } of page.items) if (peer) this.meet(peer);
      cursor = page.nextCursor;
    }
  }

  private note(presence: Record<string, Presence>): void {
    this.store.set((state) => ({ ...state, presence: { ...state.presence, ...presence } }));
  }
}

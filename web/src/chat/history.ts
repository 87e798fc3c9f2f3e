import type { Message, Page } from '../../../src/changes/contract';
import { type HistoryQuery, api } from '../api';
import { inGroup } from '../state/groups';
import type { ChatState, GroupEntry, Jump, LoadKind, MessageWindow } from '../state/model';
import type { Store } from '../state/store';
import { type Overlay, windowOf, withNewerPage, withOlderPage } from '../state/window';

const PAGE = 50;

/** With more unread messages than this, a conversation opens where they begin instead of at its end. */
const MANY_UNREAD = 40;

/** One load under way, and what changed in its group meanwhile. */
interface Load {
  overlay: Map<string, Message>;
}

/**
 * Loads the history of groups in pages. A group has at most one load under way; a newer one that replaces the window
 * makes the result of an older one void. What the stream tells meanwhile is laid over the page when it arrives, since
 * the page may have been read before it.
 */
export class History {
  private readonly loads = new Map<string, Load>();
  private turn = 0;

  constructor(private readonly store: Store<ChatState>) {}

  /** Brings the conversation to where reading should go on. */
  open(groupId: string): void {
    const entry = this.store.get().groups[groupId];
    if (!entry) return;
    const { readSeq, unread } = entry.group.membership;
    this.patch(groupId, (known) => ({ ...known, newAfter: unread > 0 ? readSeq : null }));
    const oldest = entry.window?.messages[0]?.seq ?? 0;
    const isAtHand =
      entry.window && !entry.window.hasNewer && (!unread || !entry.window.hasOlder || oldest <= readSeq + 1);
    if (isAtHand) this.jump(groupId, unread > 0 ? 'new' : 'end');
    else if (unread > MANY_UNREAD) void this.show(groupId, { around: readSeq + 1 }, 'new');
    else void this.show(groupId, {}, unread > 0 ? 'new' : 'end');
  }

  /** Goes to the newest message. */
  toEnd(groupId: string): void {
    const entry = this.store.get().groups[groupId];
    if (!entry?.window || entry.window.hasNewer) void this.show(groupId, {}, 'end');
    else this.jump(groupId, 'end');
  }

  /** Goes to a message by its place, loading around it when it is not in memory. */
  toMessage(groupId: string, seq: number): void {
    const window = this.store.get().groups[groupId]?.window;
    if (window?.messages.some((message) => message.seq === seq)) this.jump(groupId, { seq });
    else void this.show(groupId, { around: seq }, { seq });
  }

  /** Loads the page before the oldest message in memory. */
  async older(groupId: string): Promise<void> {
    const window = this.store.get().groups[groupId]?.window;
    const oldest = window?.messages[0];
    if (!window?.hasOlder || !oldest) return;
    await this.load(groupId, 'older', { before: oldest.seq }, (known, page, overlay) =>
      known ? withOlderPage(known, page, overlay) : known,
    );
  }

  /** Loads the page after the newest message in memory. */
  async newer(groupId: string): Promise<void> {
    const window = this.store.get().groups[groupId]?.window;
    const newest = window?.messages.at(-1);
    if (!window?.hasNewer || !newest) return;
    await this.load(groupId, 'newer', { after: newest.seq }, (known, page, overlay) =>
      known ? withNewerPage(known, page, overlay) : known,
    );
  }

  /** Tries again what failed. */
  retry(groupId: string): void {
    const failed = this.store.get().groups[groupId]?.failed;
    if (failed === 'older') void this.older(groupId);
    else if (failed === 'newer') void this.newer(groupId);
    else if (failed === 'window') this.open(groupId);
  }

  /** A message changed: the pages under way may not know. */
  note(message: Message): void {
    this.loads.get(message.groupId)?.overlay.set(message.id, message);
  }

  /** The window is replaced by others, or nobody looks any more: what is under way is void. */
  forget(groupId: string): void {
    this.loads.delete(groupId);
    this.patch(groupId, (entry) => ({ ...entry, loading: null, failed: null }));
  }

  /** Asks the list to scroll. */
  jump(groupId: string, to: Jump['to']): void {
    this.turn += 1;
    this.patch(groupId, (entry) => ({ ...entry, jump: { to, turn: this.turn } }));
  }

  private async show(groupId: string, query: HistoryQuery, to: Jump['to']): Promise<void> {
    this.loads.delete(groupId);
    const isShown = await this.load(groupId, 'window', query, (_, page, overlay) => windowOf(page, overlay));
    if (isShown) this.jump(groupId, to);
  }

  private async load(
    groupId: string,
    kind: LoadKind,
    query: HistoryQuery,
    merge: (window: MessageWindow | null, page: Page<Message>, overlay: Overlay) => MessageWindow | null,
  ): Promise<boolean> {
    if (this.loads.has(groupId)) return false;
    const load: Load = { overlay: new Map() };
    this.loads.set(groupId, load);
    this.patch(groupId, (entry) => ({ ...entry, loading: kind, failed: null }));
    const page = await api.messages(groupId, query, PAGE).catch(() => null);
    if (this.loads.get(groupId) !== load) return false;
    this.loads.delete(groupId);
    this.patch(groupId, (entry) => ({
      ...entry,
      loading: null,
      failed: page ? null : kind,
      window: page ? merge(entry.window, page, load.overlay) : entry.window,
    }));
    return page !== null;
  }

  private patch(groupId: string, change: (entry: GroupEntry) => GroupEntry): void {
    this.store.set((state) => inGroup(state, groupId, change));
  }
}

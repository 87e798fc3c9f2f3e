import type { Message } from '../../../src/changes/contract';
import { api } from '../api';
import type { Realtime } from '../realtime';
import { inGroup } from '../state/groups';
import type { ChatState } from '../state/model';
import { withPin } from '../state/pins';
import type { Store } from '../state/store';

/** Marks messages, with reactions and pins, and knows which ones are pinned. */
export class Marks {
  /** What changed while a list of pins was on its way, by group: the list may be older. */
  private readonly loads = new Map<string, Map<string, Message>>();

  constructor(
    private readonly store: Store<ChatState>,
    private readonly realtime: Realtime,
    private readonly onChanged: (message: Message) => void,
  ) {}

  /** Reacts to a message, or takes it back. */
  async react(messageId: string, emoji: string, isOn: boolean): Promise<void> {
    this.onChanged(await this.realtime.send(isOn ? 'reaction:add' : 'reaction:remove', { messageId, emoji }));
  }

  /** Pins a message, or unpins it. */
  async pin(id: string, isOn: boolean): Promise<void> {
    this.onChanged(await this.realtime.send(isOn ? 'message:pin' : 'message:unpin', { id }));
  }

  /** Reads what is pinned in a group, unless it is known: from then on the stream tells. */
  async load(groupId: string): Promise<void> {
    const entry = this.store.get().groups[groupId];
    if (!entry || entry.pins || this.loads.has(groupId)) return;
    const changed = new Map<string, Message>();
    this.loads.set(groupId, changed);
    const list = await api.pinned(groupId).catch(() => null);
    if (this.loads.get(groupId) !== changed) return;
    this.loads.delete(groupId);
    if (!list) return;
    const pins = [...changed.values()].reduce(withPin, list.items);
    this.store.set((state) => inGroup(state, groupId, (known) => ({ ...known, pins })));
  }

  /** Too much was missed: what is known of the pins of a group does not count any more. */
  forget(groupId: string): void {
    this.loads.delete(groupId);
    this.store.set((state) => inGroup(state, groupId, (known) => ({ ...known, pins: null })));
  }

  /** A message changed: the list under way may not know. */
  note(message: Message): void {
    this.loads.get(message.groupId)?.set(message.id, message);
  }
}

import type {
  Change,
  ChangeEvent,
  ChangePayloads,
  GroupHead,
  Message,
  RemovalReason,
} from '../../../src/changes/contract';
import { api } from '../api';
import { closeRoute } from '../router';
import { applyChange } from '../state/changes';
import { inGroup, nameOf, withCursor, withHead, withRead } from '../state/groups';
import { toast } from '../toasts';
import type { Chat } from './chat';

const CHANGE_EVENTS: readonly ChangeEvent[] = [
  'message:created',
  'message:updated',
  'message:deleted',
  'member:joined',
  'member:updated',
  'member:left',
  'group:updated',
];

/** Has the chat follow what the server sends. */
export function bindStream(chat: Chat): void {
  const { socket } = chat.realtime;

  socket.on('ready', ({ user, groups }) => {
    chat.store.set((state) => ({ ...state, me: user, people: { ...state.people, [user.id]: user } }));
    meetHeads(chat, groups);
    chat.realtime.ready();
    chat.outbox.flush();
    chat.reading.check();
    retryHistory(chat);
    void chat.presence.refresh().catch(() => undefined);
  });

  for (const event of CHANGE_EVENTS) {
    listen(socket, event, (payload) => {
      follow(chat, { event, payload } as Change);
    });
  }

  socket.on('group:added', ({ group }) => chat.add(group));
  socket.on('group:removed', ({ groupId, reason }) => leave(chat, groupId, reason));
  socket.on('group:synced', ({ groupId, revision }) => {
    chat.store.set((state) => inGroup(state, groupId, (entry) => withCursor(entry, revision)));
    chat.reading.check();
  });
  socket.on('group:reset', ({ groupId, revision, messages }) => reset(chat, groupId, revision, messages));
  socket.on('group:read', ({ groupId, userId, readSeq }) => {
    if (userId !== chat.store.get().me.id) return;
    chat.store.set((state) => inGroup(state, groupId, (entry) => withRead(entry, userId, readSeq)));
  });
  socket.on('typing', ({ groupId, userId }) => {
    chat.typing.heard(groupId, userId);
    void chat.people.meet(userId);
  });
  socket.on('presence', (payload) => chat.presence.heard(payload));
}

/** Socket.IO's types name each event by itself; what all changes have in common is enough here. */
function listen(
  socket: Chat['realtime']['socket'],
  event: ChangeEvent,
  listener: (payload: ChangePayloads[ChangeEvent]) => void,
): void {
  (socket as unknown as { on(event: ChangeEvent, listener: (payload: never) => void): void }).on(event, listener);
}

function follow(chat: Chat, change: Change): void {
  const { groupId } = change.payload;
  if ('message' in change.payload) {
    chat.history.note(change.payload.message);
    chat.marks.note(change.payload.message);
    chat.outbox.arrived(change.payload.message);
  }
  const attention = { reading: chat.reading.isReading(groupId), following: chat.reading.isFollowing(groupId) };
  chat.store.set((state) => applyChange(state, change, attention));
  if ('member' in change.payload) refreshSoon(chat, groupId);
  if (change.event === 'message:created') meetPeer(chat, groupId, change.payload.message.sender.id);
  chat.reading.check();
}

/** In a direct group the other one is seen online or offline once they wrote in it. */
function meetPeer(chat: Chat, groupId: string, senderId: string): void {
  if (chat.store.get().groups[groupId]?.group.peer?.id !== senderId) return;
  void chat.presence.answered(senderId).catch(() => undefined);
}

/** Takes over where my groups stand. Of those that I am no longer in, `group:removed` tells. */
function meetHeads(chat: Chat, heads: GroupHead[]): void {
  const known = chat.store.get().groups;
  for (const head of heads) {
    if (known[head.id]) chat.store.set((state) => inGroup(state, head.id, (entry) => withHead(entry, head)));
    else void meet(chat, head.id);
  }
}

/** Learns of a group that I came into while away. What changes in it between reading and hearing is asked for. */
async function meet(chat: Chat, groupId: string): Promise<void> {
  try {
    chat.add(await api.group(groupId));
    await catchUp(chat, groupId);
  } catch {
    // Left again, or no connection: the next one tells of it anew.
  }
}

async function catchUp(chat: Chat, groupId: string): Promise<void> {
  const since = chat.store.get().groups[groupId]?.cursor;
  for (let more = true; more;) {
    const after = chat.store.get().groups[groupId]?.cursor;
    if (since === undefined || after === undefined) return;
    const result = await chat.realtime.send('group:sync', { groupId, after, since });
    result.changes.forEach((change) => follow(chat, change));
    chat.store.set((state) => inGroup(state, groupId, (entry) => withCursor(entry, result.revision)));
    more = result.more && !result.reset;
  }
}

/** I was away for so long that only the newest page is told. */
function reset(chat: Chat, groupId: string, revision: number, messages: Message[]): void {
  chat.history.forget(groupId);
  chat.marks.forget(groupId);
  const oldest = messages[0]?.seq ?? 1;
  chat.store.set((state) =>
    inGroup(state, groupId, (entry) => ({
      ...withCursor(entry, revision),
      members: null,
      window: { messages, hasOlder: oldest > 1, hasNewer: false },
      group: {
        ...entry.group,
        lastMessage: messages.at(-1) ?? null,
        lastSeq: Math.max(entry.group.lastSeq, messages.at(-1)?.seq ?? 0),
      },
    })),
  );
  if (chat.store.get().openId === groupId) {
    chat.history.jump(groupId, 'end');
    void chat.marks.load(groupId);
  }
  messages.forEach((message) => chat.outbox.arrived(message));
  const arrived = new Set(messages.map(({ id }) => id));
  chat.store.set((state) => ({ ...state, outbox: state.outbox.filter(({ id }) => !arrived.has(id)) }));
  void chat.refresh(groupId).catch(() => undefined);
}

function leave(chat: Chat, groupId: string, reason: RemovalReason): void {
  const entry = chat.store.get().groups[groupId];
  if (!entry) return;
  const name = nameOf(entry.group);
  closeRoute(groupId);
  chat.drop(groupId);
  if (reason === 'removed') toast.info(`You are no longer a member of ${name}.`);
  if (reason === 'deleted') toast.info(`${name} was deleted.`);
}

/** What could not be loaded without a connection is loaded now. */
function retryHistory(chat: Chat): void {
  const { openId } = chat.store.get();
  if (openId === null) return;
  chat.history.retry(openId);
  void chat.marks.load(openId);
}

const refreshing = new Map<string, ReturnType<typeof setTimeout>>();

/** Members came or went; how many there are, and who of them is online, is read once they have settled. */
function refreshSoon(chat: Chat, groupId: string): void {
  clearTimeout(refreshing.get(groupId));
  refreshing.set(
    groupId,
    setTimeout(() => {
      refreshing.delete(groupId);
      void chat.refresh(groupId).catch(() => undefined);
      void chat.presence.refreshMembers(groupId).catch(() => undefined);
    }, 500),
  );
}

import type { Entry, Received, SeenMessage } from '../history/entries.js';
import { contentOf } from './content.js';
import type { Findings } from './findings.js';
import type { Rows } from './rows.js';

/** What a client shows of a group: it puts each message that it is given where its id says. */
interface View {
  /** Everything made after this must be there. */
  from: number;
  messages: Map<string, SeenMessage>;
}

/** What each client that is connected at the end shows then, kept over all its connections, is what is stored. */
export function checkViews(history: Entry[], rows: Rows, findings: Findings): void {
  const clients = new Map<string, Map<string, View>>();
  const open = new Set<string>();
  for (const entry of history) {
    if (entry.type === 'settled') break;
    if (entry.type === 'connected') open.add(entry.connection);
    if (entry.type === 'disconnected') open.delete(entry.connection);
    if (entry.type !== 'event') continue;
    const client = clientOf(entry.connection);
    const views = clients.get(client) ?? new Map<string, View>();
    clients.set(client, views);
    follow(views, entry);
  }
  if (!history.some(({ type }) => type === 'settled')) return;
  for (const connection of open) {
    for (const [groupId, view] of clients.get(clientOf(connection)) ?? []) {
      compare(view, groupId, rows, (what) => findings.add('another state', `${connection}, group ${groupId}: ${what}`));
    }
  }
}

const clientOf = (connection: string): string => connection.split('#', 1)[0]!;

function follow(views: Map<string, View>, { event, groupId, revision, heads, message, messages }: Received): void {
  for (const [id, from] of Object.entries(heads ?? {})) if (!views.has(id)) views.set(id, begin(from));
  if (groupId === undefined) return;
  if (event === 'group:removed') views.delete(groupId);
  if (event === 'group:added') views.set(groupId, begin(revision!));
  if (event === 'group:reset') views.set(groupId, begin(revision!, messages));
  if (message) views.get(groupId)?.messages.set(message.id, message);
}

function begin(from: number, messages: SeenMessage[] = []): View {
  return { from, messages: new Map(messages.map((message) => [message.id, message])) };
}

function compare({ from, messages }: View, groupId: string, rows: Rows, report: (what: string) => void): void {
  for (const row of rows.messages.filter((one) => one.groupId === groupId)) {
    const shown = messages.get(row.id);
    if (!shown && row.createdRevision > from) report(`seq ${row.seq} is not shown`);
    if (shown && (contentOf(shown) !== contentOf(row) || shown.seq !== row.seq)) {
      report(`seq ${row.seq} is shown as ${contentOf(shown)}, and is ${contentOf(row)}`);
    }
  }
}

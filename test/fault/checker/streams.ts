import type { Connected, Entry, Received } from '../history/entries.js';
import { FinalState } from './final-state.js';
import type { Findings } from './findings.js';
import { currentMemberships, type Rows } from './rows.js';
import { Track } from './track.js';

const DURABLE = /^(message|member):|^group:(updated|synced|reset)$/;

/** What each connection was given, group by group. */
export function checkStreams(history: Entry[], rows: Rows, findings: Findings): void {
  const finals = new Map(rows.groups.map(({ id }) => [id, new FinalState(rows, id)]));
  const streams = new Map<string, Stream>();
  let settled = false;
  for (const entry of history) {
    if (entry.type === 'connected') streams.set(entry.connection, new Stream(entry, finals, findings));
    if (entry.type === 'event') streams.get(entry.connection)!.take(entry);
    if (entry.type === 'disconnected') {
      streams.get(entry.connection)!.end(settled ? rows : null);
      streams.delete(entry.connection);
    }
    settled ||= entry.type === 'settled';
  }
  for (const stream of streams.values()) stream.end(settled ? rows : null);
}

/** One connection. */
class Stream {
  private readonly tracks = new Map<string, Track>();

  constructor(
    private readonly connected: Connected,
    private readonly finals: Map<string, FinalState>,
    private readonly findings: Findings,
  ) {}

  take(entry: Received): void {
    const { event, groupId, revision } = entry;
    for (const [id, head] of Object.entries(entry.heads ?? {})) this.begin(id, this.connected.cursors[id] ?? head);
    if (groupId === undefined) return;
    if (event === 'group:added') return this.begin(groupId, revision!);
    if (event === 'group:removed') {
      this.tracks.get(groupId)?.end(false);
      this.tracks.delete(groupId);
      return;
    }
    const track = this.tracks.get(groupId);
    if (!track) this.findings.add('leak', `${this.name(groupId)}: ${event} outside of a membership`);
    else if (DURABLE.test(event)) track.take(entry);
  }

  /** `rows` when it was open at the end: then it must have everything. */
  end(rows: Rows | null): void {
    for (const track of this.tracks.values()) track.end(rows !== null);
    if (!rows) return;
    const { user } = this.connected;
    for (const { groupId, left } of currentMemberships(rows).filter((membership) => membership.user === user)) {
      const head = rows.groups.find(({ id }) => id === groupId)?.revision;
      const position = this.tracks.get(groupId)?.position;
      if (!left && position !== head) {
        this.findings.add('stuck', `${this.name(groupId)}: is at ${position ?? 'nothing'}, the group at ${head}`);
      }
    }
  }

  private begin(groupId: string, start: number): void {
    this.tracks.get(groupId)?.end(false);
    const final = this.finals.get(groupId);
    if (!final) return;
    const track = new Track(final, start, (fault, what) => this.findings.add(fault, `${this.name(groupId)}: ${what}`));
    this.tracks.set(groupId, track);
  }

  private name(groupId: string): string {
    return `${this.connected.connection}, group ${groupId}`;
  }
}

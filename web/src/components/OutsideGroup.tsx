import { useEffect, useState } from 'react';
import type { Group } from '../../../src/changes/contract';
import { api } from '../api';
import { useChat } from '../chat/current';
import { useJoin } from '../chat/use-join';
import { isId } from '../ids';
import { Problem, messageOf } from '../problem';
import { DISCOVER } from '../router';
import { isOwn, nameOf } from '../state/groups';
import { dateOf } from '../time';
import { GroupAvatar } from './Avatar';
import { Icon } from './Icon';
import { ScreenHead } from './ScreenHead';

/** A group that I am not in: the door of a public one; any other does not exist, as far as I can tell. */
export function OutsideGroup({ groupId }: { groupId: string }) {
  const chat = useChat();
  const [answer, setAnswer] = useState<{ group: Group } | { error: unknown } | null>(null);

  useEffect(() => {
    if (!isId(groupId)) return;
    let isGone = false;
    api.group(groupId).then(
      (group) => {
        if (isGone) return;
        if (isOwn(group)) chat.add(group);
        else setAnswer({ group });
      },
      (error: unknown) => isGone || setAnswer({ error }),
    );
    return () => {
      isGone = true;
    };
  }, [chat, groupId]);

  if (!isId(groupId)) return <NotFound />;
  if (!answer) return <div className="screen screen-wait" role="status" aria-label="Loading the group" />;
  if ('group' in answer) return <Door group={answer.group} />;
  const isMissing = answer.error instanceof Problem && answer.error.status === 404;
  return isMissing ? <NotFound /> : <NotFound title="This did not work" text={messageOf(answer.error)} />;
}

function Door({ group }: { group: Group }) {
  const join = useJoin();
  const [isBusy, setBusy] = useState(false);
  return (
    <section className="screen">
      <ScreenHead>
        <span className="screen-title">Group</span>
      </ScreenHead>
      <div className="door">
        <GroupAvatar group={group} size="large" />
        <h1 dir="auto">{nameOf(group)}</h1>
        {group.description && <p dir="auto">{group.description}</p>}
        <p className="door-facts">
          <Icon name="globe" /> Public group · {group.memberCount === 1 ? '1 member' : `${group.memberCount} members`} ·
          since {dateOf(group.createdAt)}
        </p>
        <button
          type="button"
          className="button"
          data-kind="primary"
          data-size="large"
          autoFocus
          disabled={isBusy}
          onClick={() => {
            setBusy(true);
            void join(group.id).finally(() => setBusy(false));
          }}
        >
          Join group
        </button>
      </div>
    </section>
  );
}

function NotFound({
  title = 'There is no such conversation',
  text = 'It may have been deleted, or you may need an invitation to see it. Ask whoever sent you the link.',
}: {
  title?: string;
  text?: string;
}) {
  return (
    <section className="screen">
      <ScreenHead>
        <span className="screen-title">Not found</span>
      </ScreenHead>
      <div className="door">
        <span className="door-sign">
          <Icon name="search" />
        </span>
        <h1>{title}</h1>
        <p>{text}</p>
        <a className="button" data-size="large" href={DISCOVER}>
          Discover groups
        </a>
      </div>
    </section>
  );
}

import { Component, type KeyboardEventHandler, type ReactNode, createRef } from 'react';
import type { Jump } from '../state/model';

/** More is loaded when the edge of what is there is this near (in pixels). */
const NEAR = 1_200;

/** The list follows its end when it is this near to it. */
const AT_END = 48;

interface Props {
  label: string;
  jump: Jump;
  hasOlder: boolean;
  hasNewer: boolean;
  isBusy: boolean;
  onNearStart: () => void;
  onNearEnd: () => void;
  onEnd: (isAtEnd: boolean) => void;
  onKeyDown: KeyboardEventHandler<HTMLElement>;
  children: ReactNode;
}

/** A message that is on the screen, and where its lower edge is. */
interface Anchor {
  row: string;
  bottom: number;
}

/**
 * The scrolled list. At its end it follows new messages; anywhere else what is being read does not move, whatever is
 * added or taken away above, below or in it. A class, since only a class can look at the page right before it changes.
 */
export class MessageScroller extends Component<Props> {
  private readonly box = createRef<HTMLDivElement>();
  private readonly content = createRef<HTMLDivElement>();
  private readonly sizes = new ResizeObserver(() => this.settle(this.anchor));
  private isFollowing = true;
  private isAtEnd: boolean | null = null;
  private anchor: Anchor | null = null;

  override componentDidMount(): void {
    this.perform(this.props.jump);
    this.look();
    if (this.box.current) this.sizes.observe(this.box.current);
    if (this.content.current) this.sizes.observe(this.content.current);
  }

  override componentWillUnmount(): void {
    this.sizes.disconnect();
  }

  override getSnapshotBeforeUpdate(): Anchor | null {
    return this.isFollowing ? null : this.findAnchor();
  }

  override componentDidUpdate(before: Props, _: unknown, anchor: Anchor | null): void {
    if (before.jump.turn !== this.props.jump.turn) this.perform(this.props.jump);
    else this.settle(anchor);
    this.look();
  }

  private readonly look = (): void => {
    const box = this.box.current;
    if (!box) return;
    const { hasOlder, hasNewer, isBusy, onNearStart, onNearEnd, onEnd } = this.props;
    const toEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
    this.isFollowing = toEnd < AT_END && !hasNewer;
    this.anchor = this.findAnchor();
    if (this.isAtEnd !== this.isFollowing) onEnd((this.isAtEnd = this.isFollowing));
    if (isBusy) return;
    if (hasOlder && box.scrollTop < NEAR) onNearStart();
    else if (hasNewer && toEnd < NEAR) onNearEnd();
  };

  /** Puts what was read back to where it was, or goes on following the end. */
  private settle(anchor: Anchor | null): void {
    const box = this.box.current;
    if (!box) return;
    if (this.isFollowing && !this.props.hasNewer) box.scrollTop = box.scrollHeight;
    else if (anchor) {
      const row = this.find(anchor.row);
      const shift = row ? row.getBoundingClientRect().bottom - anchor.bottom : 0;
      if (shift !== 0) box.scrollTop += shift;
    }
  }

  private perform({ to }: Jump): void {
    const box = this.box.current;
    const mark = typeof to === 'object' ? this.findSeq(to.seq) : to === 'new' ? this.findNew() : null;
    if (!box) return;
    if (!mark) {
      box.scrollTop = box.scrollHeight;
      return;
    }
    const above = to === 'new' ? box.clientHeight / 5 : (box.clientHeight - mark.offsetHeight) / 2;
    box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - above;
    if (to === 'new') return;
    mark.focus({ preventScroll: true });
    mark.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], 1_600);
  }

  private findAnchor(): Anchor | null {
    const top = this.box.current?.getBoundingClientRect().top ?? 0;
    for (const child of this.content.current?.children ?? []) {
      const row = child instanceof HTMLElement ? child.dataset.row : undefined;
      const { bottom } = child.getBoundingClientRect();
      if (row && bottom > top) return { row, bottom };
    }
    return null;
  }

  private find(row: string): HTMLElement | null {
    return this.content.current?.querySelector<HTMLElement>(`[data-row="${row}"]`) ?? null;
  }

  private findSeq(seq: number): HTMLElement | null {
    return this.content.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`) ?? null;
  }

  private findNew(): HTMLElement | null {
    return this.content.current?.querySelector<HTMLElement>('[data-new]') ?? null;
  }

  override render() {
    const { label, isBusy, onKeyDown, children } = this.props;
    return (
      <div
        ref={this.box}
        className="messages"
        role="log"
        aria-label={label}
        aria-busy={isBusy}
        onScroll={this.look}
        onKeyDown={onKeyDown}
      >
        <div ref={this.content} className="messages-content">
          {children}
        </div>
      </div>
    );
  }
}

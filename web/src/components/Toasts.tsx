import { useEffect, useRef } from 'react';
import { useStore } from '../state/store';
import { toast, toasts } from '../toasts';
import { Icon } from './Icon';

/** What there is to tell, at the edge of the screen. */
export function Toasts() {
  const shown = useStore(toasts, (all) => all);
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // Shown anew, it lies above a dialog that was opened meanwhile.
    place.current?.hidePopover();
    if (shown.length > 0) place.current?.showPopover();
  }, [shown]);

  return (
    <div ref={place} className="toasts" popover="manual" role="region" aria-label="Notifications">
      <div aria-live="polite">
        {shown.map(({ id, kind, text }) => (
          <div key={id} className="toast" data-kind={kind} role={kind === 'error' ? 'alert' : undefined}>
            <Icon name={kind === 'error' ? 'alert' : 'check'} />
            <p>{text}</p>
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => toast.dismiss(id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

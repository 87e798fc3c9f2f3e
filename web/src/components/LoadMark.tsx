/** Where more messages are about to be; when they did not come, the way to ask for them again. */
export function LoadMark({ isFailed, onRetry }: { isFailed: boolean; onRetry: () => void }) {
  return (
    <div className="load-mark">
      {isFailed ? (
        <>
          <p>These messages could not be loaded.</p>
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        </>
      ) : (
        <span className="spinner" role="status" aria-label="Loading messages" />
      )}
    </div>
  );
}

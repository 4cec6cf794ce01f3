/** Speaks its text to screen readers when it changes, politely. */
export function LiveRegion({ children }: { children: string }) {
  return (
    <p className="vh" role="status" aria-live="polite">
      {children}
    </p>
  );
}

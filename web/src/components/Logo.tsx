/** The mark: a day rising over a calm line. */
export function Logo({ className = "size-8" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path d="M8.5 19.5a7.5 7.5 0 0 1 15 0Z" className="fill-accent-ink" />
      <path d="M6.5 23.25h19" className="stroke-accent-ink" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}

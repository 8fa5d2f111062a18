import { cn } from "../ui/cn.ts";

/** The mark: a track that is switched onto another. The same drawing as `public/icon.svg`. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cn("size-6 shrink-0", className)}>
      <rect width="32" height="32" rx="7.5" fill="#4f46c8" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M7 21.5h6.2c2.6 0 3.9-1.2 5-3.4l1.1-2.2c1.1-2.2 2.4-3.4 5-3.4H25" />
        <path d="M18.6 21.5H25" strokeOpacity=".55" />
      </g>
      <circle cx="7.4" cy="21.5" r="2.5" fill="#fff" />
      <circle cx="24.6" cy="12.5" r="2.5" fill="#ffc45c" />
    </svg>
  );
}

"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Input } from "../input.tsx";

interface TextFilterProps {
  label: string;
  placeholder: string;
  value: string | null;
  onChange: (value: string | null) => void;
  /** Whether a magnifier is shown. */
  magnifier?: boolean;
  className?: string;
}

/** How long the reader may pause while typing, ms. */
const PAUSE_MS = 250;

/** A field that is applied while the reader types; null: empty. */
export function TextFilter({ label, placeholder, value, onChange, magnifier = false, className }: TextFilterProps) {
  const [text, setText] = useState(value ?? "");
  const reported = useRef(value ?? "");
  const report = useRef(onChange);
  report.current = onChange;
  // The URL can change from elsewhere: back and forward, "clear".
  useEffect(() => {
    if ((value ?? "") === reported.current) return;
    reported.current = value ?? "";
    setText(reported.current);
  }, [value]);
  useEffect(() => {
    if (text.trim() === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = text.trim();
      report.current(reported.current || null);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={`relative ${className ?? ""}`}>
      {magnifier && (
        <span className="pointer-events-none absolute inset-y-0 left-2 flex items-center text-faint">
          <Search aria-hidden className="size-3.5" />
        </span>
      )}
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className={`w-full ${magnifier ? "pl-7" : ""}`}
      />
    </div>
  );
}

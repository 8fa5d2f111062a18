"use client";

import { type FormEvent, useEffect, useState } from "react";
import { cn } from "../cn.ts";
import { Input } from "../input.tsx";

interface EntryFilterProps {
  label: string;
  placeholder: string;
  value: string | null;
  accepts: (text: string) => boolean;
  /** Gets null when the field was cleared. */
  onCommit: (value: string | null) => void;
  /** Whether the field is cleared after it is applied. */
  clears?: boolean;
  className: string;
}

/** A field that is applied on Enter or blur; an invalid value is marked and not applied. */
export function EntryFilter({
  label,
  placeholder,
  value,
  accepts,
  onCommit,
  clears = false,
  className,
}: EntryFilterProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const trimmed = text.trim();
  const wrong = trimmed !== "" && !accepts(trimmed);
  const commit = () => {
    if (wrong || trimmed === (value ?? "")) return;
    onCommit(trimmed === "" ? null : trimmed);
    if (clears) setText("");
  };
  return (
    <form
      className="max-sm:min-w-24 max-sm:flex-1"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        commit();
      }}
    >
      <Input
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        aria-invalid={wrong}
        spellCheck={false}
        autoComplete="off"
        className={cn(className, "max-sm:w-full", wrong && "border-danger")}
      />
    </form>
  );
}

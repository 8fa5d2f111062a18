"use client";

import { type HTMLInputTypeAttribute, type ReactNode, useId } from "react";
import { cn } from "./cn.ts";
import { Input, Textarea } from "./input.tsx";
import { Label } from "./label.tsx";

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  placeholder?: string | undefined;
  /** Stands below while nothing is wrong. */
  hint?: ReactNode;
  /** What is wrong with it. */
  fault?: string | undefined;
  disabled?: boolean;
  /** Ids, URLs, secrets. */
  mono?: boolean;
  lines?: number;
  type?: HTMLInputTypeAttribute;
  /** Values that are offered while one types. */
  suggestions?: readonly string[];
}

/** A text field with its label, and below it a hint or what is wrong. */
export function TextField({ label, value, onChange, hint, fault, mono, lines, suggestions, ...rest }: TextFieldProps) {
  const [field, help, list] = [useId(), useId(), useId()];
  const shared = {
    ...rest,
    id: field,
    value,
    spellCheck: false,
    autoComplete: "off",
    "aria-invalid": fault !== undefined,
    "aria-describedby": help,
    className: cn("w-full", mono && "font-mono text-small", fault && "border-danger"),
  };
  return (
    <div className="min-w-0">
      <Label htmlFor={field}>{label}</Label>
      {lines === undefined ? (
        <Input
          {...shared}
          {...(suggestions && suggestions.length > 0 && { list })}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Textarea {...shared} rows={lines} onChange={(event) => onChange(event.target.value)} />
      )}
      {suggestions && suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <p id={help} className={cn("mt-1 text-small empty:hidden", fault ? "text-danger" : "text-muted")}>
        {fault ?? hint}
      </p>
    </div>
  );
}

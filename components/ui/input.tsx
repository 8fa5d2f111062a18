import type { InputHTMLAttributes, Ref, TextareaHTMLAttributes } from "react";
import { cn } from "./cn.ts";

/** A text field. Give it a `<label>` or an `aria-label`. */
export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input {...rest} className={cn("field h-8 px-2.5 text-body", className)} />;
}

/** A text field of several lines. */
export function Textarea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea {...rest} className={cn("field w-full resize-y px-2.5 py-1.5 text-body", className)} />;
}

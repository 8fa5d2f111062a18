"use client";

import { type FormEvent, useId, useState } from "react";
import { SwitchyardError } from "../../client/core/problem.ts";
import { signIn } from "../live/api.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Label } from "../ui/label.tsx";

/**
 * Signs in by an API key and goes on to `next` (the server says whether that is a place of its
 * own).
 */
export function LoginForm({ next }: { next: string }) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const field = useId();
  const message = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      const answer = await signIn(key.trim(), next);
      window.location.assign(answer.next);
    } catch (problem) {
      setError(problem instanceof SwitchyardError ? problem.detail : "Sign-in failed. Try again.");
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit}>
      <Label htmlFor={field}>API key</Label>
      <div className="flex gap-2">
        <Input
          id={field}
          type="password"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          required
          aria-invalid={error !== null}
          aria-describedby={error ? message : undefined}
          className="min-w-0 flex-1 font-mono"
        />
        <Button type="submit" variant="primary" busy={busy}>
          Sign in
        </Button>
      </div>
      {error && (
        <p id={message} role="alert" className="mt-2 text-body text-danger">
          {error}
        </p>
      )}
    </form>
  );
}

"use client";

import { Search, SearchX } from "lucide-react";
import Link from "next/link";
import { Button } from "../ui/button.tsx";
import { buttonClass } from "../ui/button-class.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Input } from "../ui/input.tsx";
import { useTitle } from "../ui/use-title.ts";

/** No run has the id in the URL: search for another. The form works without JavaScript. */
export function RunNotFound() {
  useTitle("No such run");
  return (
    <EmptyState
      icon={<SearchX />}
      title="There is no such run"
      className="py-24"
      action={
        <div className="mt-2 flex flex-col items-center gap-3">
          <form action="/runs" aria-label="Find runs" className="flex gap-2">
            <Input
              name="q"
              type="search"
              aria-label="Find runs"
              placeholder="Id, workflow or tag begins with…"
              className="w-64"
            />
            <Button type="submit">
              <Search aria-hidden className="size-3.5" /> Find
            </Button>
          </form>
          <Link href="/runs" className={buttonClass("ghost")}>
            All runs
          </Link>
        </div>
      }
    >
      The id may be mistyped, or the run was deleted by retention.
    </EmptyState>
  );
}

import type { Metadata } from "next";
import Link from "next/link";
import { Mark } from "../components/shell/logo.tsx";
import { buttonClass } from "../components/ui/button-class.ts";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <div className="flex flex-col items-center gap-3 text-center">
        <Mark className="size-9" />
        <h1 className="text-title font-semibold">There is nothing at this address</h1>
        <p className="max-w-sm text-muted">What was here may have been cleaned up, or the id has a typing mistake.</p>
        <Link href="/" className={buttonClass("primary")}>
          Go to the overview
        </Link>
      </div>
    </main>
  );
}

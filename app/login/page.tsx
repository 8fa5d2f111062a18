import type { Metadata } from "next";
import { LoginForm } from "../../components/shell/login-form.tsx";
import { Mark } from "../../components/shell/logo.tsx";
import { CopyText } from "../../components/ui/copy-id.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** Why somebody was sent here, by the `error` in the address. */
const REASONS: ReadonlyMap<string, string> = new Map([
  [
    "link_invalid",
    "This login link has been used already, has expired, or is not complete. Get a new one as shown below.",
  ],
  ["session_expired", "Your session has ended. Sign in again; nothing is lost."],
  ["session_required", "Sign in to see this page."],
]);

interface LoginPageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function LoginPage({ searchParams }: LoginPageProps) {
  const { error, next } = await searchParams;
  const reason = typeof error === "string" ? (REASONS.get(error) ?? "Sign-in failed. Sign in as shown below.") : null;
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-[26rem]">
        <div className="mb-5 flex items-center gap-2.5">
          <Mark className="size-8" />
          <div>
            <h1 className="text-lead leading-5 font-semibold tracking-tight">Switchyard</h1>
            <p className="text-body text-muted">Sign in to the control room</p>
          </div>
        </div>
        {reason && (
          <p role="alert" className="mb-3 rounded-md border border-line bg-danger-soft px-3 py-2 text-body text-danger">
            {reason}
          </p>
        )}
        <div className="rounded-lg border border-line bg-surface">
          <section className="p-4">
            <h2 className="text-body font-semibold">With a login link</h2>
            <p className="mt-1 mb-2.5 text-body text-muted">
              Open the link that <code className="font-mono text-small text-ink">npm start</code> printed. It works
              once. For a new one, on the server’s machine:
            </p>
            <CopyText text="npm run login" className="w-full [&_code]:flex-1" />
          </section>
          <section className="border-t border-line p-4">
            <h2 className="text-body font-semibold">With an API key</h2>
            <p className="mt-1 mb-2.5 text-body text-muted">
              The key opens a session in this browser; it is not stored here.
            </p>
            <LoginForm next={typeof next === "string" ? next : "/"} />
          </section>
        </div>
      </div>
    </main>
  );
}

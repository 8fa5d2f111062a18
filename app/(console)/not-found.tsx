import { SearchX } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "../../components/ui/button-class.ts";
import { EmptyState } from "../../components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <EmptyState
      icon={<SearchX />}
      title="There is nothing at this address"
      action={
        <Link href="/" className={buttonClass("secondary")}>
          Go to the overview
        </Link>
      }
      className="py-24"
    >
      What was here may have been cleaned up, or the id has a typing mistake.
    </EmptyState>
  );
}

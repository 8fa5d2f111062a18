import { SearchX } from "lucide-react";
import Link from "next/link";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";

export default function DecisionNotFound() {
  return (
    <>
      <h1 className="sr-only">There is no such decision</h1>
      <EmptyState
        icon={<SearchX />}
        title="There is no such decision"
        className="py-24"
        action={
          <Link href="/routing" className="link">
            All decisions
          </Link>
        }
      >
        The id may be mistyped, or the decision was deleted by retention.
      </EmptyState>
    </>
  );
}

"use client";

import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";

interface PartProps {
  /** The message in its place when it fails: "This event cannot be shown". */
  name: string;
  children: ReactNode;
}

/**
 * A part of a page that fails alone; the rest of the page stays. The browser's console has the
 * error; one in drawing on the server is in the server's log.
 */
export class Part extends Component<PartProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <p role="alert" className="flex items-center gap-2 px-3 py-1.5 text-small text-danger">
        <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
        {this.props.name} cannot be shown.
        <button type="button" className="link" onClick={() => this.setState({ failed: false })}>
          Try again
        </button>
      </p>
    );
  }
}

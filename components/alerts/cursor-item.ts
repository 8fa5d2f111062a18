/**
 * The list item that the keyboard's cursor is on. A dialog gives the focus to it when it closes:
 * what had it before may have left the list, and the browser would go back to an alert from long
 * ago.
 */
export const cursorItem = (): HTMLElement | null =>
  document.querySelector<HTMLElement>("ul[aria-label=Alerts] > [aria-current]");

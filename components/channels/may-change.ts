/** Whether somebody may change anything; the server has the last word. */
export const mayChange = ({ role }: { role: string }): boolean => role !== "viewer";
